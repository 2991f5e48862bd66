import { type Clock, isoNow } from "../clock.ts";
import { AgentError, type AgentErrorCode, errorText } from "../error.ts";
import { allowToo } from "../net/allow_too.ts";
import { NetworkError, trustRemedy } from "../net/errors.ts";
import { REGISTRY_LOGINS } from "../net/registry_logins.ts";
import { redactText } from "../text/redact/redact_text.ts";
import type { ErrorWords, Failure, FailureClass, StepFailure } from "./failure.ts";

/** Codes whose class, and what to do then, is the same in every step. */
const OF_CODE: Partial<Record<AgentErrorCode, Pick<StepFailure, "category" | "nextAction">>> = {
  DOWNLOAD_FAILED: {
    category: "network",
    nextAction: "Ask the network administrator to allow outgoing HTTPS, or enter a proxy, then try again",
  },
  RELEASE_INVALID: {
    category: "registry-release-source",
    nextAction: 'Correct the field "Release override" or leave it empty; if it is empty, ask Alga support',
  },
  STATE_WRITE_FAILED: {
    category: "storage",
    nextAction:
      "See that the disk has room (df -h /) and can be written (findmnt -no OPTIONS /), then try again",
  },
};

/** Codes of what a program said or did; with a hint of its own the error speaks to people. */
const SAID_BY_PROGRAMS: readonly AgentErrorCode[] = ["COMMAND_FAILED", "COMMAND_TIMEOUT", "K3S_FAILED"];

/**
 * A thrown error as a failure in words: those of the operation, of the error, of its code, of the step, in this order. Messages of
 * our own errors hold no secret; other messages are kept as details. Programs and libraries repeat what they were given, so
 * both are without what looks like a credential before the journal has them.
 */
export function classifyFailure<Id extends string>(
  { id, failure }: { id: Id; failure: StepFailure },
  error: unknown,
  { clock, classify }: { clock: Clock; classify?: ((error: unknown) => ErrorWords | undefined) | undefined },
): Failure<Id> {
  const words = classify?.(error) ?? wordsOf(failure, error);
  return {
    category: failure.category,
    stepId: id,
    ...words,
    message: redactText(words.message),
    details: details(error),
    at: isoNow(clock),
  };
}

function wordsOf(failure: StepFailure, error: unknown): ErrorWords {
  if (error instanceof NetworkError) {
    return {
      category: classOfRegistry(error),
      code: error.failure,
      message: error.message,
      suggestedNextStep: registryRemedy(error),
      retrySafe: error.failure !== "schema" && error.failure !== "newer-format",
    };
  }
  if (error instanceof AgentError) {
    const { category, nextAction } = OF_CODE[error.code] ?? failure;
    const isSaidByProgram = error.hint === undefined && SAID_BY_PROGRAMS.includes(error.code);
    return {
      category,
      code: error.code,
      message: isSaidByProgram ? failure.cannot : error.message,
      suggestedNextStep: error.hint ?? nextAction,
      retrySafe: error.retrySafe,
    };
  }
  return {
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

function registryRemedy(error: NetworkError): string {
  const { failure, host } = error;
  const ofOther = allowToo(error);
  if (ofOther !== undefined) return ofOther;
  switch (failure) {
    case "captive":
      return `Sign in to the portal of the network, or ask the network administrator to have ${host} answer this machine`;
    case "unauthorized":
      return `Write the login of ${host} into ${REGISTRY_LOGINS}, then try again; without a mirror, report this to Alga support`;
    case "unexpected-status":
      return `Ask the network administrator what on the way answers instead of ${host}`;
    case "newer-format":
      return "Choose an older release, or ask Alga support for the newest image";
    case "dns":
      return `Ask the network administrator to let the DNS servers answer for ${host}, or choose others`;
    case "tcp":
    case "timeout":
      return `Ask the network administrator to allow outgoing HTTPS to ${host}, or enter a proxy`;
    case "tls":
      return trustRemedy(host);
    case "proxy":
      return 'Check address and user in the field "Proxy", or ask the network administrator about its rules';
    case "rate-limited":
      return "Wait some minutes; it is tried again by itself";
    case "server-error":
      return `Wait until ${host} works again; it is tried again by itself`;
    case "not-found":
      return 'Correct the field "Release override" or leave it empty; if it is empty, ask Alga support';
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
    lines.push(redactText((at instanceof Error ? at.message : errorText(at)).slice(0, 4_000)));
  }
  return lines.join("\n");
}
