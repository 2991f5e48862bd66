import * as z from "zod";
import type { Clock } from "../clock.ts";
import { untilLifted, withTimeout } from "../signals.ts";
import { basicAuthorization, type RegistryLogin, type RegistryLogins } from "../net/registry_logins.ts";
import { type BearerChallenge, parseChallenge, parseChallenges } from "./challenge.ts";
import { NetworkError } from "../net/errors.ts";
import { exchange } from "../net/exchange.ts";
import { registryApi, type RegistryMirrors } from "./registry.ts";
import { RegistryError } from "./errors.ts";
import { parseJson, readBody, statusError } from "./reply.ts";
import type { Transport, TransportReply } from "../net/transport.ts";

const REQUEST_TIMEOUT_MS = 8_000;
const MAX_TOKEN_BYTES = 256 * 1024;
const RETRIES = 2;
const MAX_RETRY_AFTER_MS = 5_000;
/** GHCR tells no expiry; a token is asked for again on 401 anyway. */
const TOKEN_LIFETIME_MS = 60_000;

/** How long to wait for one that is ill for a moment and does not say how long, by the attempt. */
const BACK_OFF_MS = [1_000, 2_000] as const;
/** Answers of a registry that is busy or ill for a moment: asked again, also where it does not say when. */
const TRANSIENT = [429, 500, 502, 503, 504];

// Some answer with both names, one of them empty, null or of another kind.
const TokenReply = z.object({ token: z.unknown(), access_token: z.unknown() }).partial();

/** What is wanted of a repository. */
export interface RegistryRequest {
  method: "GET" | "HEAD";
  accept: string;
  /** Part of the content; whoever asks takes the whole as well. @see RFC 9110 §14.2 */
  range?: string;
  /** Of what is known: where it still is that, the answer is 304 and has no content. Not all registries look. @see RFC 9110 §13.1.2 */
  knownDigest?: string | undefined;
  signal: AbortSignal | undefined;
  /** The answer must begin in time; its body may take as long as it comes. */
  isLong?: boolean;
  /** Redirects are not followed: they are refused like any other status. */
  staysHere?: boolean;
}

/**
 * An answer with status 2xx, or 304 where that was asked for; its body is read under the same signal. `host` is who was asked,
 * `answeredBy` who answered: the same, or the one that it sent on to.
 */
export interface RegistryAnswer {
  reply: TransportReply;
  host: string;
  answeredBy: string;
  signal: AbortSignal;
}

/** Who is asked, by whom, and how long an answer may take. */
export interface RegistrySessionOptions {
  mirrors: RegistryMirrors;
  clock: Clock;
  userAgent: string;
  /** Asked when a registry wants to know who asks. @throws {NetworkError} */
  logins?: () => Promise<RegistryLogins>;
  /** Per request; default 8 s. */
  timeoutMs?: number;
}

/** Requests to registries as they want to be asked: by mirror, with a pull token of each repository, no sooner than they say. */
export class RegistrySession {
  readonly #transport: Transport;
  readonly #options: RegistrySessionOptions;
  /** Values of the Authorization field, by repository. */
  readonly #kept = new Map<string, { authorization: string; untilMs: number }>();

  constructor(transport: Transport, options: RegistrySessionOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** `GET /v2/`, whatever the status. @throws {NetworkError} */
  async ping(
    host: string,
    outer: AbortSignal | undefined,
  ): Promise<RegistryAnswer> {
    const url = new URL(`${registryApi(host, this.#options.mirrors).root}/`);
    const signal = this.#limited(outer);
    const reply = await this.#ask(url, { method: "GET", accept: "application/json", signal });
    return { reply, host: url.host, signal, answeredBy: reply.url.host };
  }

  /** A path below a repository. @throws {NetworkError} for any status but 2xx, and 304 where that was asked for. */
  async request(
    host: string,
    repository: string,
    path: string,
    { signal: outer, isLong = false, ...wanted }: RegistryRequest,
  ): Promise<RegistryAnswer> {
    const { clock, mirrors } = this.#options;
    const { root, prefix } = registryApi(host, mirrors);
    const asked = `${prefix}${repository}`;
    const url = new URL(`${root}/${asked}/${path}`);
    let challenged = false;
    for (let attempt = 0;;) {
      const { signal, lift } = isLong
        ? untilLifted(this.#options.timeoutMs ?? REQUEST_TIMEOUT_MS, outer)
        : { signal: this.#limited(outer), lift: () => {} };
      const reply = await this.#ask(url, { ...wanted, signal }, this.#keptFor(url.host, asked)).finally(lift);
      const isUnchanged = reply.status === 304 && wanted.knownDigest !== undefined;
      const answeredBy = reply.url.host;
      if (isUnchanged || reply.status >= 200 && reply.status < 300) {
        return { reply, host: url.host, answeredBy, signal };
      }
      await reply.body?.cancel();
      // One that was sent on to may name any place for tokens: it gets none, and no login. @see CVE-2020-15157
      const challenge = answeredBy === url.host ? reply.headers.get("www-authenticate") : null;
      let error: RegistryError;
      if (reply.status === 401 && challenge !== null && !challenged) {
        try {
          const authorization = await this.#authorize(
            challenge,
            { host, asked: url.host, repository: asked },
            signal,
          );
          challenged = true;
          this.#kept.set(keyOf(url.host, asked), {
            authorization,
            untilMs: clock.nowMs() + TOKEN_LIFETIME_MS,
          });
          continue;
        } catch (refused) {
          if (!(refused instanceof RegistryError)) throw refused;
          error = refused;
        }
      } else error = statusError(reply, { asked: url.host, answeredBy }, `${repository}/${path}`);
      const waitMs = error.retryAfterMs ??
        (TRANSIENT.includes(error.status ?? 0) ? BACK_OFF_MS[attempt] : undefined);
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
    { method, accept, range, knownDigest, signal, staysHere = false }: RegistryRequest & {
      signal: AbortSignal;
    },
    authorization?: string,
  ): Promise<TransportReply & { url: URL }> {
    return exchange(this.#transport, url, {
      method,
      signal,
      staysHere,
      headers: {
        accept,
        "user-agent": this.#options.userAgent,
        ...(range === undefined ? {} : { range }),
        ...(knownDigest === undefined ? {} : { "if-none-match": `"${knownDigest}"` }),
      },
      ...(authorization === undefined ? {} : { authorization }),
    });
  }

  #keptFor(host: string, repository: string): string | undefined {
    const kept = this.#kept.get(keyOf(host, repository));
    return kept && kept.untilMs > this.#options.clock.nowMs() ? kept.authorization : undefined;
  }

  /** How to answer a challenge: with a pull token, else with the login itself where there is one. */
  async #authorize(
    challenge: string,
    { host, asked, repository }: { host: string; asked: string; repository: string },
    signal: AbortSignal,
  ): Promise<string> {
    const logins = await this.#options.logins?.() ?? {};
    // By the name in references, or by who answers for it; never one of another host.
    const login = logins[asked] ?? (asked === "registry-1.docker.io" ? logins[host] : undefined);
    const bearer = parseChallenge(challenge);
    if (bearer) return `Bearer ${await this.#fetchToken(bearer, { asked, repository, login }, signal)}`;
    const wantsBasic = parseChallenges(challenge).some((it) => it.scheme === "basic");
    if (login && wantsBasic) return basicAuthorization(login);
    throw new RegistryError(
      "unauthorized",
      asked,
      wantsBasic
        ? `${asked} wants a user name and password`
        : `${asked} wants a way of signing in that is not known here`,
      { status: 401 },
    );
  }

  async #fetchToken(
    bearer: BearerChallenge,
    { asked, repository, login }: { asked: string; repository: string; login: RegistryLogin | undefined },
    signal: AbortSignal,
  ): Promise<string> {
    const url = new URL(bearer.realm);
    if (bearer.service !== undefined) url.searchParams.set("service", bearer.service);
    url.searchParams.set("scope", `repository:${repository}:pull`); // the challenge of /v2/ names a placeholder
    // A password goes nowhere in plain text where the registry itself is not asked so.
    const mayTell = login !== undefined && (url.protocol === "https:" || url.host === asked);
    const reply = await this.#ask(
      url,
      { method: "GET", accept: "application/json", signal },
      mayTell ? basicAuthorization(login) : undefined,
    ).catch((error) => {
      throw error instanceof NetworkError && error.sentOnBy === undefined && error.host !== asked
        ? new NetworkError(
          error.failure,
          error.host,
          `${asked} has its pull tokens from another host; ${error.message}`,
          { cause: error, sentOnBy: asked },
        )
        : error;
    });
    const body = await readBody(reply, url.host, { maxBytes: MAX_TOKEN_BYTES, signal });
    if (reply.status === 404) {
      // Of the place for tokens, not of the repository: nothing is known of that.
      throw new RegistryError("unexpected-status", url.host, `${url.host} gives no pull tokens (404)`, {
        status: 404,
      });
    }
    if (reply.status !== 200) {
      const answeredBy = reply.url.host;
      throw statusError(reply, { asked: url.host, answeredBy }, `a pull token for ${repository}`);
    }
    const parsed = TokenReply.safeParse(parseJson(body, url.host));
    const token = [parsed.data?.token, parsed.data?.access_token].find((it) =>
      typeof it === "string" && it !== ""
    );
    if (typeof token !== "string") {
      throw new RegistryError("unauthorized", url.host, `${url.host} gave no pull token for ${repository}`);
    }
    return token;
  }
}

function keyOf(host: string, repository: string): string {
  return `${host}/${repository}`;
}
