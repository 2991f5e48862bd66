import type { ErrorWords } from "../operation/failure.ts";
import { KubeApiError } from "../../k8s/mod.ts";

/** An error of the cluster's API in words; `undefined` for any other. */
export function classifyKubeError(error: unknown): ErrorWords | undefined {
  if (!(error instanceof KubeApiError)) return undefined;
  return {
    code: error.reason,
    message: error.status === 0 ? "Kubernetes does not answer" : "Kubernetes refused a change",
    suggestedNextStep:
      "Look for the first error in the log of k3s (sudo journalctl -u k3s -n 50 -r), then try again",
    retrySafe: true,
  };
}
