/** Why a registry request failed; each is worded and repaired differently. */
export type RegistryFailure =
  | "dns"
  | "tcp"
  | "tls"
  | "timeout"
  | "proxy"
  | "unauthorized"
  | "denied"
  | "not-found"
  | "rate-limited"
  | "server-error"
  | "unexpected-status"
  | "wrong-digest"
  | "wrong-size"
  | "too-large"
  | "not-json"
  | "schema"
  /** A release of a later format than this agent knows. */
  | "newer-format";

/** A failed registry request. `host` is who was really asked (a mirror, a redirect target). */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  constructor(
    readonly failure: RegistryFailure,
    readonly host: string,
    message: string,
    options: { cause?: unknown; status?: number; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}
