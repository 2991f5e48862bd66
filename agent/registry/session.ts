import * as z from "zod";
import type { Clock } from "../clock.ts";
import { withTimeout } from "../signals.ts";
import { parseChallenge } from "./challenge.ts";
import { exchange } from "../net/exchange.ts";
import { type RegistryMirrors, registryUrl } from "./registry.ts";
import { RegistryError } from "./errors.ts";
import { parseJson, readBody, statusError } from "./reply.ts";
import type { Transport, TransportReply } from "../net/transport.ts";

const REQUEST_TIMEOUT_MS = 8_000;
const MAX_TOKEN_BYTES = 256 * 1024;
const RETRIES = 2;
const MAX_RETRY_AFTER_MS = 5_000;
/** Answers of a registry that is busy or ill for a moment: asked again, also where it does not say when. */
const TRANSIENT = new Set([429, 500, 502, 503, 504]);
const FIRST_BACK_OFF_MS = 500;
/** GHCR tells no expiry; a token is asked for again on 401 anyway. */
const TOKEN_LIFETIME_MS = 60_000;

const TokenReply = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** What is wanted of a repository. */
export interface RegistryRequest {
  method: "GET" | "HEAD";
  accept: string;
  signal: AbortSignal | undefined;
}

/** An answer with status 2xx; its body is read under the same signal, and `host` is who was asked. */
export interface RegistryAnswer {
  reply: TransportReply;
  host: string;
  signal: AbortSignal;
}

/** Who is asked, by whom, and how long an answer may take. */
export interface RegistrySessionOptions {
  mirrors: RegistryMirrors;
  clock: Clock;
  userAgent: string;
  /** Per request; default 8 s. */
  timeoutMs?: number;
}

/** Requests to registries as they want to be asked: by mirror, with a pull token of each repository, no sooner than they say. */
export class RegistrySession {
  readonly #transport: Transport;
  readonly #options: RegistrySessionOptions;
  readonly #tokens = new Map<string, { token: string; untilMs: number }>();

  constructor(transport: Transport, options: RegistrySessionOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** `GET /v2/`, whatever the status. @throws {NetworkError} */
  async ping(host: string, outer: AbortSignal | undefined): Promise<RegistryAnswer> {
    const url = new URL(`${registryUrl(host, this.#options.mirrors)}/v2/`);
    const signal = this.#limited(outer);
    const reply = await this.#ask(url, { method: "GET", accept: "application/json", signal });
    return { reply, host: url.host, signal };
  }

  /** A path below a repository. @throws {NetworkError} for any status but 2xx. */
  async request(
    host: string,
    repository: string,
    path: string,
    { method, accept, signal: outer }: RegistryRequest,
  ): Promise<RegistryAnswer> {
    const { clock, mirrors } = this.#options;
    const url = new URL(`${registryUrl(host, mirrors)}/v2/${repository}/${path}`);
    let challenged = false;
    for (let attempt = 0;;) {
      const signal = this.#limited(outer);
      const token = this.#keptToken(url.host, repository);
      const reply = await this.#ask(url, { method, accept, signal }, token);
      if (reply.status >= 200 && reply.status < 300) return { reply, host: url.host, signal };
      await reply.body?.cancel();
      const challenge = reply.headers.get("www-authenticate");
      if (reply.status === 401 && challenge !== null && !challenged) {
        challenged = true;
        const fresh = await this.#fetchToken(challenge, url.host, repository, signal);
        this.#tokens.set(tokenKey(url.host, repository), {
          token: fresh,
          untilMs: clock.nowMs() + TOKEN_LIFETIME_MS,
        });
        continue;
      }
      const error = statusError(reply, url.host, `${repository}/${path}`);
      const waitMs = error.retryAfterMs ??
        (TRANSIENT.has(reply.status) ? FIRST_BACK_OFF_MS * 4 ** attempt : undefined);
      if (waitMs === undefined || waitMs > MAX_RETRY_AFTER_MS || attempt++ >= RETRIES) throw error;
      await clock.sleep(waitMs, outer);
    }
  }

  close(): void {
    this.#transport.close();
  }

  #limited(outer: AbortSignal | undefined): AbortSignal {
    return withTimeout(this.#options.timeoutMs ?? REQUEST_TIMEOUT_MS, outer);
  }

  #ask(
    url: URL,
    { method, accept, signal }: RegistryRequest & { signal: AbortSignal },
    token?: string,
  ): Promise<TransportReply> {
    return exchange(this.#transport, url, {
      method,
      signal,
      headers: { accept, "user-agent": this.#options.userAgent },
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
  }

  #keptToken(host: string, repository: string): string | undefined {
    const kept = this.#tokens.get(tokenKey(host, repository));
    return kept && kept.untilMs > this.#options.clock.nowMs() ? kept.token : undefined;
  }

  async #fetchToken(
    challenge: string,
    host: string,
    repository: string,
    signal: AbortSignal,
  ): Promise<string> {
    const bearer = parseChallenge(challenge);
    if (!bearer) {
      throw new RegistryError("unauthorized", host, `${host} wants a user name and password`, {
        status: 401,
      });
    }
    const url = new URL(bearer.realm);
    if (bearer.service !== undefined) url.searchParams.set("service", bearer.service);
    url.searchParams.set("scope", `repository:${repository}:pull`); // the challenge of /v2/ names a placeholder
    const reply = await this.#ask(url, { method: "GET", accept: "application/json", signal });
    const body = await readBody(reply, url.host, { maxBytes: MAX_TOKEN_BYTES, signal });
    if (reply.status !== 200) throw statusError(reply, url.host, `a pull token for ${repository}`);
    const parsed = TokenReply.safeParse(parseJson(body, url.host));
    const token = parsed.success ? parsed.data.token ?? parsed.data.access_token : undefined;
    if (!token) {
      throw new RegistryError("unauthorized", url.host, `${url.host} gave no pull token for ${repository}`);
    }
    return token;
  }
}

function tokenKey(host: string, repository: string): string {
  return `${host}/${repository}`;
}
