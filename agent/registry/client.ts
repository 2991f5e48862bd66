import { mediaTypeOf } from "../text/http_message.ts";
import { createHash } from "node:crypto";
import { type FetchedManifest, type RegistryClient } from "./registry.ts";
import { type NetworkSettings } from "../net/settings.ts";
import { RegistryError } from "./errors.ts";
import { type AskedHost, pageError, readBody, statusError } from "./reply.ts";
import { RegistrySession, type RegistrySessionOptions } from "./session.ts";
import { measureBody } from "./measure_body.ts";
import { createTransport, toNetworkError, type TransportReply } from "../net/transport.ts";

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_BLOB_BYTES = 16 * 1024 * 1024;

const OCI_INDEX = "application/vnd.oci.image.index.v1+json";

/** Without the OCI types some registries answer 404 or convert. */
const MANIFEST_TYPES = [
  OCI_INDEX,
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** How registries that keep no list of referrers answer. */
const REFUSALS: readonly string[] = ["not-found", "unauthorized", "denied", "unexpected-status"];

export interface RegistryClientOptions extends RegistrySessionOptions {
  network: NetworkSettings;
}

/** Read access to OCI registries; anonymous, with token challenge. */
export function createRegistryClient({ network, ...options }: RegistryClientOptions): RegistryClient {
  const session = new RegistrySession(createTransport(network), {
    ...options,
    ...(network.logins === undefined ? {} : { logins: network.logins }),
  });
  return {
    async ping(host, { signal } = {}) {
      const { reply, host: asked, signal: limited, answeredBy } = await session.ping(host, signal);
      await refusePortal(reply, { asked, answeredBy, signal: limited });
      if (reply.status === 404) {
        throw new RegistryError("unexpected-status", asked, `${asked} does not answer as a registry does`, {
          status: 404,
        });
      }
      if (reply.status !== 200 && reply.status !== 401) {
        throw statusError(reply, { asked, answeredBy }, "/v2/");
      }
      const date = Date.parse(reply.headers.get("date") ?? "");
      return { status: reply.status, dateMs: Number.isNaN(date) ? undefined : date };
    },

    async fetchManifest(host, repository, reference, options = {}): Promise<FetchedManifest> {
      const { knownDigest } = options;
      const { reply, host: asked, answeredBy, signal } = await session.request(
        host,
        repository,
        `manifests/${reference}`,
        { method: "GET", accept: MANIFEST_TYPES, knownDigest, signal: options.signal },
      );
      if (reply.status === 304 && knownDigest !== undefined) {
        await reply.body?.cancel();
        return { digest: knownDigest, mediaType: "", bytes: new Uint8Array() };
      }
      await refusePage(reply, { asked, answeredBy }, `${repository}/manifests/${reference}`);
      const bytes = await readBody(reply, asked, { maxBytes: MAX_MANIFEST_BYTES, signal });
      const digest = sha256(bytes);
      // What Docker-Content-Digest says proves nothing: proxies and mirrors send that of other content.
      if (reference.startsWith("sha256:") && reference !== digest) {
        throw wrongDigest(asked, `${repository}@${reference}`, digest);
      }
      return { digest, mediaType: mediaTypeOf(reply.headers.get("content-type")), bytes };
    },

    async fetchBlob(host, repository, descriptor, options = {}) {
      const { reply, host: asked, answeredBy, signal } = await session.request(
        host,
        repository,
        `blobs/${descriptor.digest}`,
        { method: "GET", accept: "*/*", signal: options.signal },
      );
      await refusePage(reply, { asked, answeredBy }, `${repository}/blobs/${descriptor.digest}`);
      const maxBytes = Math.min(options.maxBytes ?? MAX_BLOB_BYTES, descriptor.size ?? Infinity);
      const bytes = await readBody(reply, asked, { maxBytes, signal });
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

    async openBlob(host, repository, digest, { fromByte, signal: outer }) {
      try {
        const { reply } = await session.request(host, repository, `blobs/${digest}`, {
          method: "GET",
          accept: "*/*",
          isLong: true,
          ...(fromByte === 0 ? {} : { range: `bytes=${fromByte}-` }),
          signal: outer,
        });
        return reply;
      } catch (error) {
        const isBehind = error instanceof RegistryError && error.status === 416;
        if (isBehind) return { status: 416, headers: new Headers(), body: null };
        throw error;
      }
    },

    async measureBlob(host, repository, digest, { maxBytes, limitMs, signal: outer }) {
      const { reply, host: asked, signal } = await session.request(host, repository, `blobs/${digest}`, {
        method: "GET",
        accept: "*/*",
        range: `bytes=0-${maxBytes - 1}`,
        signal: outer,
      });
      try {
        return await measureBody(reply.body, { maxBytes, limitMs, clock: options.clock, signal });
      } catch (error) {
        throw toNetworkError(asked, error, signal);
      }
    },

    async fetchReferrers(host, repository, digest, options = {}) {
      try {
        const { reply, host: asked, signal } = await session.request(
          host,
          repository,
          `referrers/${digest}`,
          { method: "GET", accept: OCI_INDEX, signal: options.signal, staysHere: true },
        );
        if (reply.status === 200 && mediaTypeOf(reply.headers.get("content-type")) === OCI_INDEX) {
          return await readBody(reply, asked, { maxBytes: MAX_MANIFEST_BYTES, signal });
        }
        await reply.body?.cancel();
        return undefined;
      } catch (error) {
        if (error instanceof RegistryError && REFUSALS.includes(error.failure)) return undefined;
        throw error;
      }
    },

    async exists(host, repository, reference, { signal } = {}) {
      try {
        const { reply } = await session.request(host, repository, `manifests/${reference}`, {
          method: "HEAD",
          accept: MANIFEST_TYPES,
          signal,
        });
        await reply.body?.cancel();
        return true;
      } catch (error) {
        if (error instanceof RegistryError && error.failure === "not-found") return false;
        throw error;
      }
    },

    close: () => session.close(),
  };
}

/** Bytes that tell a page from JSON. */
const MAX_PING_BYTES = 64 * 1024;

/** What `/v2/` gives is short and no page; a network that wants a person to sign in first answers in its place. @see RFC 6585 §6 */
async function refusePortal(
  reply: TransportReply,
  { asked, answeredBy, signal }: { asked: string; answeredBy: string; signal: AbortSignal },
): Promise<void> {
  if (reply.status !== 200 && reply.status !== 511) {
    await reply.body?.cancel();
    return;
  }
  const text = new TextDecoder().decode(await readStart(reply, signal));
  if (reply.status !== 511 && !/^[\s\uFEFF]*</.test(text)) return;
  throw pageError({ asked, answeredBy }, "", { status: reply.status });
}

/** Neither a manifest nor a blob that the agent reads is ever sent as a page: it stands for what a portal or filter keeps back. */
async function refusePage(reply: TransportReply, host: AskedHost, what: string): Promise<void> {
  if (mediaTypeOf(reply.headers.get("content-type")) !== "text/html") return;
  await reply.body?.cancel();
  throw pageError(host, "", { what, status: reply.status });
}

async function readStart(reply: TransportReply, signal: AbortSignal): Promise<Uint8Array> {
  return await readBody(reply, "", { maxBytes: MAX_PING_BYTES, signal }).catch(() => new Uint8Array());
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function wrongDigest(host: string, wanted: string, got: string): RegistryError {
  return new RegistryError("wrong-digest", host, `${host} sent other content than ${wanted} (it has ${got})`);
}
