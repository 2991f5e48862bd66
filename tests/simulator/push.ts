import { createHash } from "node:crypto";
import { packTar } from "modern-tar";
import type { ReleaseManifest } from "../../agent/release/release.ts";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/** Size and digest of something pushed. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** Uploads one blob to a registry, simulated or real. */
export async function pushBlob(
  registryUrl: string,
  repository: string,
  bytes: Uint8Array,
  mediaType: string,
): Promise<Descriptor> {
  const started = await fetch(`${registryUrl}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  await started.body?.cancel();
  const location = new URL(started.headers.get("location") ?? "", registryUrl);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  location.searchParams.set("digest", digest);
  await expect(
    201,
    fetch(location, {
      method: "PUT",
      body: bytes as Uint8Array<ArrayBuffer>,
      headers: { "content-type": "application/octet-stream" },
    }),
  );
  return { mediaType, digest, size: bytes.length };
}

/** Uploads a manifest under tags and gives its digest. */
export async function pushManifest(
  registryUrl: string,
  repository: string,
  tags: readonly string[],
  manifest: object,
): Promise<string> {
  const text = JSON.stringify(manifest);
  for (const tag of tags) {
    await expect(
      201,
      fetch(`${registryUrl}/v2/${repository}/manifests/${tag}`, {
        method: "PUT",
        body: text,
        headers: { "content-type": MANIFEST_TYPE },
      }),
    );
  }
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** A release pointer as the publisher makes it. @see contract.md 1.2 */
export async function pushRelease(
  registryUrl: string,
  tags: readonly string[],
  manifest: Partial<ReleaseManifest> | Record<string, unknown>,
): Promise<string> {
  const repository = "nine-minds/alga-appliance-release";
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  const config = await pushBlob(
    registryUrl,
    repository,
    bytes,
    "application/vnd.alga.appliance.release.config.v1+json",
  );
  return await pushManifest(registryUrl, repository, tags, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: "application/vnd.alga.appliance.release.v1",
    config,
    layers: [],
  });
}

/** A Flux artifact of text files. @see components.md 6.3 */
export async function pushFluxArtifact(
  registryUrl: string,
  repository: string,
  tag: string,
  files: Record<string, string>,
): Promise<string> {
  const tar = await packTar(
    Object.entries(files).map(([name, body]) => ({
      header: { name, size: new TextEncoder().encode(body).length, mtime: new Date(0) },
      body,
    })),
  );
  const gzip = new Blob([tar as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
  const layer = await pushBlob(
    registryUrl,
    repository,
    new Uint8Array(await new Response(gzip).arrayBuffer()),
    "application/vnd.cncf.flux.content.v1.tar+gzip",
  );
  const config = await pushBlob(
    registryUrl,
    repository,
    new TextEncoder().encode("{}"),
    "application/vnd.cncf.flux.config.v1+json",
  );
  return await pushManifest(registryUrl, repository, [tag], {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config,
    layers: [layer],
    annotations: {
      "org.opencontainers.image.created": "2026-01-01T00:00:00Z",
      "org.opencontainers.image.revision": `${tag}@sha1:0000000000000000000000000000000000000000`,
    },
  });
}

/** The least that a registry accepts as an image, so that its tag exists. */
export async function pushImage(registryUrl: string, repository: string, tag: string): Promise<string> {
  const config = await pushBlob(
    registryUrl,
    repository,
    new TextEncoder().encode(`{"architecture":"amd64","os":"linux"}`),
    "application/vnd.oci.image.config.v1+json",
  );
  return await pushManifest(registryUrl, repository, [tag], {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config,
    layers: [],
  });
}

async function expect(status: number, pending: Promise<Response>): Promise<void> {
  const response = await pending;
  const text = await response.text();
  if (response.status !== status) throw new Error(`The registry answered ${response.status}: ${text}`);
}
