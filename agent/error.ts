/** What an operator can meet. Codes are stored and shown in JSON, so they are never renamed. */
export type AgentErrorCode =
  | "USAGE"
  | "STATE_DAMAGED"
  | "STATE_NEWER"
  | "STATE_WRITE_FAILED"
  | "LOCKED"
  | "COMMAND_FAILED"
  | "COMMAND_TIMEOUT"
  | "DOWNLOAD_FAILED"
  | "CHECKSUM_MISMATCH"
  | "RELEASE_INVALID"
  | "KUBE_API"
  | "K3S_FAILED"
  | "STORAGE_FAILED"
  | "FLUX_FAILED"
  | "VALUES_FAILED"
  | "TIMEOUT"
  | "CANCELLED";

/** Options of {@link AgentError}. */
export interface AgentErrorOptions {
  /** What the operator can do next, as an action without a full stop. */
  hint?: string;
  /** Whether the same action may simply be tried again; default true. */
  retrySafe?: boolean;
  cause?: unknown;
}

/** An error that an operator may read: a closed code, a sentence, and what to do next. Never holds a secret. */
export class AgentError extends Error {
  override readonly name: string = "AgentError";
  readonly code: AgentErrorCode;
  readonly hint: string | undefined;
  readonly retrySafe: boolean;

  constructor(code: AgentErrorCode, message: string, options: AgentErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retrySafe = options.retrySafe ?? true;
  }
}

/** What comes after this many characters of a message is not kept: others may have written it. */
const MAX_ERROR_CHARS = 8 * 1024;

/** The message of anything that was thrown, on one line and not endless. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // Later versions of Deno keep the words of a failed fetch in its cause, as Node does.
  if (/^fetch failed$/.test(text) && error instanceof Error && error.cause) return errorText(error.cause);
  const lines = text.slice(0, MAX_ERROR_CHARS).split("\n").map((it) => it.trim());
  return lines.filter((it) => it !== "").join(" ");
}
