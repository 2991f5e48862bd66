/** Why a request got no usable answer; each is worded and repaired differently. */
export type NetworkFailure = "dns" | "tcp" | "tls" | "timeout" | "proxy" | "unexpected-status";

/** A failed request. `host` is who was really asked (a mirror, a redirect target); of a page of the network, who should have answered. */
export class NetworkError<Failure extends string = string> extends Error {
  override readonly name: string = "NetworkError";
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** Who redirected to `host`. */
  readonly sentOnBy: string | undefined;
  /** Whose page was sent in place of what `host` has, where it is another's. */
  readonly answeredBy: string | undefined;
  constructor(
    readonly failure: Failure,
    readonly host: string,
    message: string,
    options: {
      cause?: unknown;
      status?: number;
      retryAfterMs?: number;
      sentOnBy?: string;
      answeredBy?: string;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.sentOnBy = options.sentOnBy;
    this.answeredBy = options.answeredBy;
  }
}

/** What helps where HTTPS of a host is opened on the way, or signed by the site itself: nothing else makes its certificate trusted. */
export function trustRemedy(host: string): string {
  return `Install the certificate authority that signs for ${host} here (/usr/local/share/ca-certificates/NAME.crt, then sudo update-ca-certificates), or ask the network administrator to let ${host} pass unopened`;
}
