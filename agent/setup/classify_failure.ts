import { type Clock, isoNow } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";
import { RegistryError } from "../release/mod.ts";
import { KubeApiError } from "../../k8s/mod.ts";
import type { Failure, FailureClass, StepId } from "./setup_state.ts";

const CLASS_OF_STEP: Record<StepId, FailureClass> = {
  preflight: "network",
  resolve: "registry-release-source",
  k3s: "k3s",
  storage: "storage",
  flux: "flux",
  values: "app-bootstrap",
  source: "flux",
  login: "app-readiness",
};

/** A thrown error as a failure in words. Messages of our own errors hold no secret; other messages are kept as details. @see contract.md 9 */
export function classifyFailure(stepId: StepId, error: unknown, clock: Clock): Failure {
  const base = { stepId, at: isoNow(clock), details: details(error), category: CLASS_OF_STEP[stepId] };
  if (error instanceof RegistryError) {
    const category = error.failure === "dns"
      ? "dns"
      : ["tcp", "tls", "timeout", "proxy", "rate-limited"].includes(error.failure)
      ? "network"
      : "registry-release-source";
    return {
      ...base,
      category,
      code: error.failure,
      message: error.message,
      suggestedNextStep: registryRemedy(error),
      retrySafe: error.failure !== "schema",
    };
  }
  if (error instanceof KubeApiError) {
    const message = error.status === 0 ? "Kubernetes does not answer" : "Kubernetes refused a change";
    return {
      ...base,
      code: error.reason,
      message,
      suggestedNextStep: "Open the log of k3s and look for the first error",
      retrySafe: true,
    };
  }
  if (error instanceof AgentError) {
    return {
      ...base,
      code: error.code,
      message: error.message,
      suggestedNextStep: error.hint ?? "Try again; if it stays, make a support bundle",
      retrySafe: error.retrySafe,
    };
  }
  return {
    ...base,
    code: "UNEXPECTED",
    message: "Something went wrong that this agent did not expect",
    suggestedNextStep: "Try again; if it stays, make a support bundle",
    retrySafe: true,
  };
}

function registryRemedy(error: RegistryError): string {
  switch (error.failure) {
    case "dns":
      return `Let the DNS servers answer for ${error.host}, or choose others`;
    case "tcp":
    case "timeout":
      return `Allow outgoing HTTPS to ${error.host}, or enter a proxy`;
    case "tls":
      return `Let ${error.host} pass without interception, or install the certificate authority of the device that opens HTTPS`;
    case "proxy":
      return "Check the proxy's address, user and rules";
    case "rate-limited":
      return "Wait some minutes; it is tried again by itself";
    case "not-found":
      return "Choose the other channel, or correct the release override";
    default:
      return "Choose another release and report this to Alga support";
  }
}

function details(error: unknown): string {
  const lines: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && lines.length < 4;
    at = at instanceof Error ? at.cause : undefined
  ) {
    lines.push((at instanceof Error ? at.message : errorText(at)).slice(0, 4_000));
  }
  return lines.join("\n");
}
