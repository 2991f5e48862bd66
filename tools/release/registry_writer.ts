import { parseChallenge } from "../../agent/registry/challenge.ts";
import { type RegistryMirrors } from "../../agent/registry/registry.ts";
import { RegistryError, type RegistryFailure } from "../../agent/registry/errors.ts";
import { toNetworkError } from "../../agent/net/transport.ts";
import type { Credentials } from "./docker_credentials.ts";
import { digestOf, OCI_MANIFEST } from "./oci_artifact.ts";

/** Write access to OCI registries. @see OCI distribution spec, "Push" */
export interface RegistryWriter {
  /** Digest of what a tag points at; `undefined` on 404. @throws {NetworkError} */
  fetchDigest(host: string, repository: string, reference: string): Promise<string | undefined>;
  /** Uploads content that is not there yet; tells whether it had to. @throws {NetworkError} */
  pushBlob(host: string, repository: string, blob: { digest: string; bytes: Uint8Array }): Promise<boolean>;
  /** Whether a blob is there in its full size. @throws {NetworkError} */
  hasBlob(host: string, repository: string, blob: { digest: string; bytes: Uint8Array }): Promise<boolean>;
  /** @throws {NetworkError} */
  pushManifest(host: string, repository: string, tag: string, manifest: Uint8Array): Promise<void>;
}

export interface RegistryWriterOptions {
  /** Registry host → base URL. */
  mirrors: RegistryMirrors;
  credentials: (host: string) => Credentials | undefined;
  /** Per request; default 60 s. */
  timeoutMs?: number;
}

interface Exchange {
  method: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
}

/**
 * - Credentials go only over TLS or loopback, to the registry and to the token service that it names.
 * - `Authorization` never follows an upload to another host or scheme, and such a host may not ask for the password.
 */
export function createRegistryWriter(options: RegistryWriterOptions): RegistryWriter {
  /** host + repository → value of the Authorization header */
  const granted = new Map<string, string>();

  async function send(url: URL, { method, headers = {}, body }: Exchange): Promise<Response> {
    const signal = AbortSignal.timeout(options.timeoutMs ?? 60_000);
    try {
      return await fetch(url, {
        method,
        headers,
        signal,
        redirect: "manual",
        ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      });
    } catch (error) {
      throw toNetworkError(url.host, error, signal);
    }
  }

  async function authorize(
    host: string,
    repository: string,
    challenge: string,
    base: URL,
  ): Promise<string | undefined> {
    const credentials = options.credentials(host);
    const basic = credentials &&
      `Basic ${new TextEncoder().encode(`${credentials.user}:${credentials.password}`).toBase64()}`;
    if (/^basic\s/i.test(challenge)) {
      if (basic !== undefined) refuseOpenWire(base);
      return basic;
    }
    const bearer = parseChallenge(challenge);
    if (!bearer) return undefined;
    const realm = new URL(bearer.realm);
    if (basic !== undefined) refuseOpenWire(realm);
    if (bearer.service !== undefined) realm.searchParams.set("service", bearer.service);
    realm.searchParams.set("scope", `repository:${repository}:pull,push`);
    const reply = await send(realm, {
      method: "GET",
      headers: { accept: "application/json", ...(basic === undefined ? {} : { authorization: basic }) },
    });
    if (reply.status !== 200) {
      await reply.body?.cancel();
      throw statusError(reply.status, realm.host, `a token to write ${repository}`);
    }
    const data = await reply.json().catch(() => undefined) as
      | { token?: string; access_token?: string }
      | undefined;
    const token = data?.token ?? data?.access_token;
    return typeof token === "string" ? `Bearer ${token}` : undefined;
  }

  /** One exchange; a 401 is answered once with what the registry asks for. */
  async function request(
    host: string,
    repository: string,
    path: string | URL,
    exchange: Exchange,
  ): Promise<Response> {
    const base = new URL(options.mirrors[host] ?? `https://${host}`);
    const url = path instanceof URL
      ? path
      : new URL(`${base.href.replace(/\/$/, "")}/v2/${repository}/${path}`);
    const key = `${host}/${repository}`;
    const isRegistry = url.origin === base.origin;
    for (let attempt = 0;; attempt++) {
      const authorization = isRegistry ? granted.get(key) : undefined;
      const headers = { ...exchange.headers, ...(authorization === undefined ? {} : { authorization }) };
      const reply = await send(url, { ...exchange, headers });
      const challenge = reply.headers.get("www-authenticate");
      if (reply.status !== 401 || challenge === null || attempt > 0 || !isRegistry) return reply;
      const text = await reply.text();
      const fresh = await authorize(host, repository, challenge, base);
      if (fresh === undefined) throw statusError(401, host, repository, text);
      granted.set(key, fresh);
    }
  }

  async function expect(
    statuses: readonly number[],
    what: string,
    host: string,
    pending: Promise<Response>,
  ): Promise<Response> {
    const reply = await pending;
    if (statuses.includes(reply.status)) return reply;
    const text = (await reply.text()).slice(0, 300);
    throw statusError(reply.status, host, what, text);
  }

  async function hasBlob(
    host: string,
    repository: string,
    blob: { digest: string; bytes: Uint8Array },
  ): Promise<boolean> {
    const path = `blobs/${blob.digest}`;
    const reply = await expect(
      [200, 302, 307, 404], // some registries send even a HEAD to their storage
      `${repository}/${path}`,
      host,
      request(host, repository, path, { method: "HEAD" }),
    );
    await reply.body?.cancel();
    if (reply.status !== 200) return reply.status !== 404;
    return Number(reply.headers.get("content-length") ?? NaN) === blob.bytes.length;
  }

  return {
    async fetchDigest(host, repository, reference) {
      const reply = await expect(
        [200, 404],
        `${repository}:${reference}`,
        host,
        request(host, repository, `manifests/${reference}`, {
          method: "GET",
          headers: { accept: `${OCI_MANIFEST}, */*` },
        }),
      );
      const bytes = new Uint8Array(await reply.arrayBuffer());
      return reply.status === 404 ? undefined : digestOf(bytes);
    },

    hasBlob,

    async pushBlob(host, repository, blob) {
      if (await hasBlob(host, repository, blob)) return false;
      const what = `an upload to ${repository}`;
      const started = await expect(
        [202],
        what,
        host,
        request(host, repository, "blobs/uploads/", { method: "POST" }),
      );
      await started.body?.cancel();
      const location = new URL(started.headers.get("location") ?? "", started.url);
      location.searchParams.set("digest", blob.digest);
      const done = await expect(
        [201],
        what,
        host,
        request(host, repository, location, {
          method: "PUT",
          body: blob.bytes,
          headers: { "content-type": "application/octet-stream" },
        }),
      );
      await done.body?.cancel();
      return true;
    },

    async pushManifest(host, repository, tag, manifest) {
      const done = await expect(
        [201],
        `${repository}:${tag}`,
        host,
        request(host, repository, `manifests/${tag}`, {
          method: "PUT",
          body: manifest,
          headers: { "content-type": OCI_MANIFEST },
        }),
      );
      await done.body?.cancel();
    },
  };
}

function refuseOpenWire(url: URL): void {
  if (url.protocol === "https:" || ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) return;
  throw new RegistryError("tls", url.host, `${url.host} would get the password unencrypted`);
}

function statusError(status: number, host: string, what: string, text = ""): RegistryError {
  const failures: Record<number, RegistryFailure> = {
    401: "unauthorized",
    403: "denied",
    404: "not-found",
    407: "proxy",
    429: "rate-limited",
  };
  const failure = failures[status] ?? (status >= 500 ? "server-error" : "unexpected-status");
  return new RegistryError(
    failure,
    host,
    `${host} answered ${status} for ${what}${text ? `: ${text.trim()}` : ""}`,
    {
      status,
    },
  );
}
