import { createHash } from "node:crypto";

const OCI_INDEX = "application/vnd.oci.image.index.v1+json";

/** What the registry does wrong on purpose, by the start of the path after /v2/ ("" = everything). */
export interface RegistryFault {
  match: string;
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Never answers. */
  hang?: boolean;
  /** How often; default for ever. */
  times?: number;
  /** Only while this is true. */
  when?: () => boolean;
}

export interface SimRegistry {
  host: string;
  url: string;
  faults: RegistryFault[];
  /** "GET /v2/…" with the Authorization header, as received. */
  requests: { line: string; authorization: string | null }[];
  /** With a value, pulls need a bearer token from /token. */
  token: string | undefined;
  /** With a value, blobs are redirected to this base URL. */
  blobRedirect: string | undefined;
  /** Whether it tells what refers to a manifest; without it pushers keep an index at a tag, as with ghcr.io. */
  hasReferrers: boolean;
  /** Everything that is in it: by "repository:tag" and "repository@digest", and blobs by digest. */
  contents(): RegistryContents;
  /** Puts into it what {@link contents} gave. */
  load(contents: RegistryContents): void;
  close(): Promise<void>;
}

/** What a registry holds, as text: manifests with their media types, and blobs. */
export interface RegistryContents {
  manifests: Record<string, { type: string; text: string }>;
  blobs: Record<string, string>;
}

interface Stored {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
}

/** An OCI registry over HTTP with push and pull, in memory. @see OCI distribution specification */
export async function startSimRegistry(options: { port?: number } = {}): Promise<SimRegistry> {
  const blobs = new Map<string, Stored>();
  const manifests = new Map<string, Stored>();
  const uploads = new Map<string, Uint8Array<ArrayBuffer>[]>();
  const hanging = new AbortController();

  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    registry.requests.push({
      line: `${request.method} ${url.pathname}`,
      authorization: request.headers.get("authorization"),
    });
    const fault = registry.faults.find((it) =>
      url.pathname.startsWith(`/v2/${it.match}`) && (it.times ?? 1) > 0 && (it.when?.() ?? true)
    );
    if (fault && request.method !== "PUT" && request.method !== "POST") {
      if (fault.times !== undefined) fault.times--;
      if (fault.hang) await new Promise((resolve) => hanging.signal.addEventListener("abort", resolve));
      return new Response(fault.body ?? "", { status: fault.status ?? 200, headers: fault.headers ?? {} });
    }
    if (url.pathname === "/token") return Response.json({ token: registry.token });
    if (
      registry.token !== undefined && request.headers.get("authorization") !== `Bearer ${registry.token}` &&
      request.method !== "PUT" && request.method !== "POST" && !url.pathname.startsWith("/cdn/")
    ) {
      const challenge =
        `Bearer realm="${registry.url}/token",service="${registry.host}",scope="repository:user/image:pull"`;
      return error(401, "UNAUTHORIZED", { "www-authenticate": challenge });
    }
    if (url.pathname === "/v2/") return new Response("{}");
    const cdn = /^\/cdn\/(sha256:[0-9a-f]{64})$/.exec(url.pathname);
    if (cdn) return found(request, blobs.get(cdn[1] ?? ""), cdn[1] ?? "");
    const match = /^\/v2\/(.+)\/(manifests|blobs|blobs\/uploads|referrers)\/([^/]*)$/.exec(url.pathname);
    if (!match) return error(404, "NAME_UNKNOWN");
    const [, name, what, reference] = match as unknown as [string, string, string, string];
    if (what === "blobs/uploads") return await upload(request, url, name, reference);
    if (what === "referrers") return listReferrers(name, reference);
    if (what === "blobs") {
      if (registry.blobRedirect !== undefined && blobs.has(reference)) {
        return new Response(null, {
          status: 307,
          headers: { location: `${registry.blobRedirect}/cdn/${reference}` },
        });
      }
      return found(request, blobs.get(reference), reference);
    }
    if (request.method === "PUT") {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const digest = sha256(bytes);
      const stored = { bytes, type: request.headers.get("content-type") ?? "" };
      manifests.set(`${name}@${digest}`, stored);
      if (!reference.startsWith("sha256:")) manifests.set(`${name}:${reference}`, stored);
      const headers: Record<string, string> = { "docker-content-digest": digest };
      const subject = subjectOf(bytes);
      if (registry.hasReferrers && subject !== undefined) headers["oci-subject"] = subject;
      return new Response(null, { status: 201, headers });
    }
    const stored = manifests.get(
      reference.startsWith("sha256:") ? `${name}@${reference}` : `${name}:${reference}`,
    );
    return found(request, stored, stored ? sha256(stored.bytes) : "", "MANIFEST_UNKNOWN");
  }

  async function upload(request: Request, url: URL, name: string, id: string): Promise<Response> {
    if (request.method === "POST") {
      const fresh = crypto.randomUUID();
      uploads.set(fresh, []);
      return new Response(null, { status: 202, headers: { location: `/v2/${name}/blobs/uploads/${fresh}` } });
    }
    const parts = uploads.get(id);
    if (!parts) return error(404, "BLOB_UPLOAD_UNKNOWN");
    if (request.method === "PATCH") {
      parts.push(new Uint8Array(await request.arrayBuffer()));
      return new Response(null, { status: 202, headers: { location: url.pathname } });
    }
    const bytes = new Uint8Array(
      await new Blob([...parts, new Uint8Array(await request.arrayBuffer())]).arrayBuffer(),
    );
    const digest = url.searchParams.get("digest") ?? "";
    if (sha256(bytes) !== digest) return error(400, "DIGEST_INVALID");
    blobs.set(digest, { bytes, type: "application/octet-stream" });
    return new Response(null, { status: 201, headers: { "docker-content-digest": digest } });
  }

  function listReferrers(name: string, digest: string): Response {
    if (!registry.hasReferrers) return error(404, "NOT_FOUND");
    const found = [...manifests].filter(([key, it]) =>
      key.startsWith(`${name}@`) && subjectOf(it.bytes) === digest
    ).map(([key, { bytes, type }]) => ({
      mediaType: type,
      digest: key.slice(name.length + 1),
      size: bytes.length,
      artifactType: parsed(bytes)?.artifactType ?? parsed(bytes)?.config?.mediaType,
    }));
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: found };
    return new Response(JSON.stringify(index), { headers: { "content-type": OCI_INDEX } });
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: options.port ?? 0, onListen: () => {} }, handle);
  const host = `127.0.0.1:${server.addr.port}`;
  const registry: SimRegistry = {
    host,
    url: `http://${host}`,
    faults: [],
    requests: [],
    token: undefined,
    blobRedirect: undefined,
    hasReferrers: false,
    contents: () => ({
      manifests: Object.fromEntries(
        [...manifests].map((
          [key, { bytes, type }],
        ) => [key, { type, text: new TextDecoder().decode(bytes) }]),
      ),
      blobs: Object.fromEntries([...blobs].map(([key, { bytes }]) => [key, new TextDecoder().decode(bytes)])),
    }),
    load(contents) {
      for (const [key, { type, text }] of Object.entries(contents.manifests)) {
        manifests.set(key, { type, bytes: new TextEncoder().encode(text) });
      }
      for (const [key, text] of Object.entries(contents.blobs)) {
        blobs.set(key, { type: "application/octet-stream", bytes: new TextEncoder().encode(text) });
      }
    },
    async close() {
      hanging.abort();
      await server.shutdown();
    },
  };
  return await Promise.resolve(registry);
}

interface ReadManifest {
  artifactType?: string;
  config?: { mediaType?: string };
  subject?: { digest?: string };
}

function parsed(bytes: Uint8Array): ReadManifest | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function subjectOf(bytes: Uint8Array): string | undefined {
  return parsed(bytes)?.subject?.digest;
}

function found(
  request: Request,
  stored: Stored | undefined,
  digest: string,
  code = "BLOB_UNKNOWN",
): Response {
  if (!stored) return error(404, code);
  if (request.headers.get("if-none-match") === `"${digest}"`) return new Response(null, { status: 304 });
  const headers = {
    "content-type": stored.type,
    "docker-content-digest": digest,
    "content-length": String(stored.bytes.length),
  };
  return new Response(request.method === "HEAD" ? null : stored.bytes, { headers });
}

function error(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ errors: [{ code, message: code }] }, { status, headers });
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
