import { createHash } from "node:crypto";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { withinTime } from "../signals.ts";
import { parseChallenge } from "./challenge.ts";
import { exchange } from "./exchange.ts";
import {
  type FetchedManifest,
  type NetworkSettings,
  type RegistryClient,
  RegistryError,
  type RegistryMirrors,
} from "./registry.ts";
import { createTransport, toRegistryError, type TransportReply } from "./transport.ts";

const REQUEST_TIMEOUT_MS = 8_000;
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_BLOB_BYTES = 16 * 1024 * 1024;
const MAX_TOKEN_BYTES = 256 * 1024;
const RETRIES = 2;
const MAX_RETRY_AFTER_MS = 5_000;
/** GHCR tells no expiry; a token is asked for again on 401 anyway. */
const TOKEN_LIFETIME_MS = 60_000;

/** Without the OCI types some registries answer 404 or convert. @see components.md 6.1 */
const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const TokenReply = z.object({ token: z.string().optional(), access_token: z.string().optional() });

export interface RegistryClientOptions {
  mirrors: RegistryMirrors;
  network: NetworkSettings;
  clock: Clock;
  userAgent: string;
  /** Per request; default 8 s. */
  timeoutMs?: number;
}

/** Read access to OCI registries; anonymous, with token challenge. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const transport = createTransport(options.network);
  const tokens = new Map<string, { token: string; untilMs: number }>();

  function baseOf(host: string): string {
    return options.mirrors[host] ?? `https://${host}`;
  }

  function limit(signal: AbortSignal | undefined): AbortSignal {
    return withinTime(options.timeoutMs ?? REQUEST_TIMEOUT_MS, signal);
  }

  function ask(
    url: URL,
    method: "GET" | "HEAD",
    accept: string,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<TransportReply> {
    return exchange(transport, url, {
      method,
      signal,
      headers: { accept, "user-agent": options.userAgent },
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
  }

  async function fetchToken(
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
    const reply = await ask(url, "GET", "application/json", undefined, signal);
    const body = await readBody(reply, url.host, MAX_TOKEN_BYTES, signal);
    if (reply.status !== 200) throw statusError(reply, url.host, `a pull token for ${repository}`);
    const parsed = TokenReply.safeParse(parseJson(body, url.host));
    const token = parsed.success ? parsed.data.token ?? parsed.data.access_token : undefined;
    if (!token) {
      throw new RegistryError("unauthorized", url.host, `${url.host} gave no pull token for ${repository}`);
    }
    return token;
  }

  /** A request with token challenge and Retry-After. The reply's status is 2xx. */
  async function request(
    host: string,
    repository: string,
    path: string,
    method: "GET" | "HEAD",
    accept: string,
    outer?: AbortSignal,
  ): Promise<{ reply: TransportReply; asked: string; signal: AbortSignal }> {
    const url = new URL(`${baseOf(host)}/v2/${repository}/${path}`);
    const tokenKey = `${url.host}/${repository}`;
    let challenged = false;
    for (let attempt = 0;;) {
      const signal = limit(outer);
      const kept = tokens.get(tokenKey);
      const token = kept && kept.untilMs > options.clock.nowMs() ? kept.token : undefined;
      const reply = await ask(url, method, accept, token, signal);
      if (reply.status >= 200 && reply.status < 300) return { reply, asked: url.host, signal };
      await reply.body?.cancel();
      const challenge = reply.headers.get("www-authenticate");
      if (reply.status === 401 && challenge !== null && !challenged) {
        challenged = true;
        const fresh = await fetchToken(challenge, url.host, repository, signal);
        tokens.set(tokenKey, { token: fresh, untilMs: options.clock.nowMs() + TOKEN_LIFETIME_MS });
        continue;
      }
      const error = statusError(reply, url.host, `${repository}/${path}`);
      const waitMs = error.retryAfterMs;
      if (waitMs === undefined || waitMs > MAX_RETRY_AFTER_MS || attempt++ >= RETRIES) throw error;
      await options.clock.sleep(waitMs, outer);
    }
  }

  return {
    async ping(host, ping = {}) {
      const url = new URL(`${baseOf(host)}/v2/`);
      const reply = await ask(url, "GET", "application/json", undefined, limit(ping.signal));
      await reply.body?.cancel();
      if (reply.status !== 200 && reply.status !== 401) throw statusError(reply, url.host, "/v2/");
      const date = Date.parse(reply.headers.get("date") ?? "");
      return { status: reply.status, dateMs: Number.isNaN(date) ? undefined : date };
    },

    async fetchManifest(host, repository, reference, fetch = {}): Promise<FetchedManifest> {
      const { reply, asked, signal } = await request(
        host,
        repository,
        `manifests/${reference}`,
        "GET",
        MANIFEST_TYPES,
        fetch.signal,
      );
      const bytes = await readBody(reply, asked, MAX_MANIFEST_BYTES, signal);
      const digest = sha256(bytes);
      const told = reply.headers.get("docker-content-digest");
      const wanted = reference.startsWith("sha256:") ? reference : told;
      if (wanted !== null && wanted !== digest) throw wrongDigest(asked, `${repository}@${wanted}`, digest);
      return { digest, mediaType: reply.headers.get("content-type")?.split(";")[0]?.trim() ?? "", bytes };
    },

    async fetchBlob(host, repository, descriptor, fetch = {}) {
      const { reply, asked, signal } = await request(
        host,
        repository,
        `blobs/${descriptor.digest}`,
        "GET",
        "*/*",
        fetch.signal,
      );
      const maxBytes = Math.min(fetch.maxBytes ?? MAX_BLOB_BYTES, descriptor.size ?? Infinity);
      const bytes = await readBody(reply, asked, maxBytes, signal);
      if (descriptor.size !== undefined && bytes.length !== descriptor.size) {
        throw new RegistryError(
          "wrong-size",
          asked,
          `${asked} sent ${bytes.length} bytes of ${descriptor.digest}, not ${descriptor.size}`,
        );
      }
      const digest = sha256(bytes);
      if (digest !== descriptor.digest) throw wrongDigest(asked, descriptor.digest, digest);
      return bytes;
    },

    async exists(host, repository, reference, exists = {}) {
      try {
        const { reply } = await request(
          host,
          repository,
          `manifests/${reference}`,
          "HEAD",
          MANIFEST_TYPES,
          exists.signal,
        );
        await reply.body?.cancel();
        return true;
      } catch (error) {
        if (error instanceof RegistryError && error.failure === "not-found") return false;
        throw error;
      }
    },

    close: () => transport.close(),
  };
}

/** Parses bytes that a registry sent. @throws {RegistryError} "not-json" */
export function parseJson(bytes: Uint8Array, host: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RegistryError(
      "not-json",
      host,
      `${host} sent something that is not JSON (a network portal or proxy page?)`,
      { cause },
    );
  }
}

async function readBody(
  reply: TransportReply,
  host: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const chunk of reply.body ?? []) {
      total += chunk.length;
      if (total > maxBytes) {
        throw new RegistryError("too-large", host, `${host} sent more than ${maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw toRegistryError(host, error, signal);
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function wrongDigest(host: string, wanted: string, got: string): RegistryError {
  return new RegistryError("wrong-digest", host, `${host} sent other content than ${wanted} (it has ${got})`);
}

function statusError(reply: TransportReply, host: string, what: string): RegistryError {
  const { status } = reply;
  const options = { status, ...retryAfter(reply) };
  switch (status) {
    case 401:
      return new RegistryError(
        "unauthorized",
        host,
        `${host} does not let this machine read ${what} (401)`,
        options,
      );
    case 403:
      return new RegistryError("denied", host, `${host} denies access to ${what} (403)`, options);
    case 404:
      return new RegistryError("not-found", host, `${host} does not have ${what} (404)`, options);
    case 407:
      return new RegistryError("proxy", host, "The proxy wants a user name and password (407)", options);
    case 429:
      return new RegistryError(
        "rate-limited",
        host,
        `${host} limits how often this site may ask (429)`,
        options,
      );
    default:
      return new RegistryError(
        status >= 500 ? "server-error" : "unexpected-status",
        host,
        `${host} answered ${status} for ${what}`,
        options,
      );
  }
}

/** RFC 9110 §10.2.3: seconds or a date; a date is counted from the reply's own, so that a wrong clock here does not matter. */
function retryAfter(reply: TransportReply): { retryAfterMs?: number } {
  if (reply.status !== 429 && reply.status !== 503) return {};
  const text = reply.headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return { retryAfterMs: Number(text) * 1000 };
  const [atMs, nowMs] = [parseHttpDate(text), parseHttpDate(reply.headers.get("date") ?? "")];
  return atMs === undefined || nowMs === undefined ? {} : { retryAfterMs: Math.max(0, atMs - nowMs) };
}

/** "Sun, 06 Nov 1994 08:49:37 GMT"; `undefined` for anything else. */
function parseHttpDate(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
