import { AgentError } from "../error.ts";
import type { ErrorWords } from "../operation/failure.ts";
import { KubeApiError } from "../../k8s/mod.ts";

/** An error of the cluster's API in words, also where something waited in vain for its answer; `undefined` for any other. */
export function classifyKubeError(error: unknown): ErrorWords | undefined {
  if (error instanceof AgentError && error.code === "TIMEOUT" && isSilence(error.cause)) {
    return classifyKubeError(error.cause);
  }
  if (!(error instanceof KubeApiError)) return undefined;
  return {
    code: error.reason,
    message: isSilence(error) ? "Kubernetes does not answer" : "Kubernetes refused a change",
    suggestedNextStep:
      "Look for the first error in the log of k3s (sudo journalctl -u k3s -n 50 -r), then try again",
    retrySafe: true,
  };
}

function isSilence(error: unknown): boolean {
  return error instanceof KubeApiError && error.status === 0;
}
