import { type Clock, isoNow } from "../clock.ts";
import { AgentError, type AgentErrorCode, errorText } from "../error.ts";
import { NetworkError } from "../net/errors.ts";
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

/** Codes whose class is the same in every step. */
const CLASS_OF_CODE: Partial<Record<AgentErrorCode, FailureClass>> = {
  DOWNLOAD_FAILED: "network",
  RELEASE_INVALID: "registry-release-source",
  STATE_WRITE_FAILED: "storage",
};

/** What could not be done, where the error itself speaks in a program's words. */
const CANNOT: Record<StepId, string> = {
  preflight: "The machine and the network could not be checked",
  resolve: "The release could not be chosen",
  k3s: "Kubernetes could not be installed",
  storage: "Storage could not be prepared",
  flux: "Flux could not be installed",
  values: "Settings and secrets could not be written",
  source: "The release could not be applied",
  login: "It could not be seen whether people can log in",
};

/** Codes of what a program said or did; with a hint of its own the error speaks to people. */
const SAID_BY_PROGRAMS: readonly AgentErrorCode[] = ["COMMAND_FAILED", "COMMAND_TIMEOUT", "K3S_FAILED"];

/** What to do when the error itself does not say it. */
const NEXT_STEP: Record<FailureClass, string> = {
  network: "Allow outgoing HTTPS, or enter a proxy, then try again",
  dns: "Correct the DNS servers, then try again",
  "registry-release-source": "Choose the other channel or another release, then try again",
  k3s: "Look for the first error in the log of k3s (journalctl -u k3s), then try again",
  storage: "Check that the disk has room and can be written, then try again",
  flux: "Check that ghcr.io can be reached, then try again",
  "app-bootstrap": "Try again; if it stays, enter the answers again and send the form",
  "app-readiness": "See on the status page what it waits for",
  "background-services": "See on the status page what it waits for",
};

/** A thrown error as a failure in words. Messages of our own errors hold no secret; other messages are kept as details. @see contract.md 9 */
export function classifyFailure(stepId: StepId, error: unknown, clock: Clock): Failure {
  const base = { stepId, at: isoNow(clock), details: details(error), category: CLASS_OF_STEP[stepId] };
  if (error instanceof NetworkError) {
    return {
      ...base,
      category: classOfRegistry(error),
      code: error.failure,
      message: withoutCredentials(error.message),
      suggestedNextStep: registryRemedy(error),
      retrySafe: error.failure !== "schema" && error.failure !== "newer-format",
    };
  }
  if (error instanceof KubeApiError) {
    return {
      ...base,
      code: error.reason,
      message: error.status === 0 ? "Kubernetes does not answer" : "Kubernetes refused a change",
      suggestedNextStep: NEXT_STEP.k3s,
      retrySafe: true,
    };
  }
  if (error instanceof AgentError) {
    const category = CLASS_OF_CODE[error.code] ?? base.category;
    const isSaidByProgram = error.hint === undefined && SAID_BY_PROGRAMS.includes(error.code);
    return {
      ...base,
      category,
      code: error.code,
      message: isSaidByProgram ? CANNOT[stepId] : withoutCredentials(error.message),
      suggestedNextStep: error.hint ?? NEXT_STEP[category],
      retrySafe: error.retrySafe,
    };
  }
  return {
    ...base,
    code: "UNEXPECTED",
    message: "Something went wrong that this agent did not expect",
    suggestedNextStep: "Try again; if it stays, send the details below to Alga support",
    retrySafe: true,
  };
}

function classOfRegistry({ failure }: NetworkError): FailureClass {
  switch (failure) {
    case "dns":
      return "dns";
    case "tcp":
    case "tls":
    case "timeout":
    case "proxy":
    case "rate-limited":
      return "network";
    default:
      return "registry-release-source";
  }
}

function registryRemedy({ failure, host }: NetworkError): string {
  switch (failure) {
    case "newer-format":
      return "Choose an older release, or install this appliance with the newest image";
    case "dns":
      return `Let the DNS servers answer for ${host}, or choose others`;
    case "tcp":
    case "timeout":
      return `Allow outgoing HTTPS to ${host}, or enter a proxy`;
    case "tls":
      return `Let ${host} pass without interception, or install the certificate authority of the device that opens HTTPS`;
    case "proxy":
      return "Check the proxy's address, user and rules";
    case "rate-limited":
      return "Wait some minutes; it is tried again by itself";
    case "server-error":
      return `Wait until ${host} works again; it is tried again by itself`;
    case "not-found":
      return "Choose the other channel, or correct the release override";
    default:
      return "Choose another release and report this to Alga support";
  }
}

/** The chain of causes, for support. */
function details(error: unknown): string {
  const lines: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && lines.length < 4;
    at = at instanceof Error ? at.cause : undefined
  ) {
    lines.push(withoutCredentials((at instanceof Error ? at.message : errorText(at)).slice(0, 4_000)));
  }
  return lines.join("\n");
}

/** A proxy's address may hold a password, and errors of libraries may repeat it. */
function withoutCredentials(text: string): string {
  return text.replaceAll(/\/\/[^\s/@]+@/g, "//");
}
