import { createHash } from "node:crypto";
import type { ReleaseManifest } from "../../agent/release/manifest.ts";
import { pointerArtifact } from "../../tools/release/build_release.ts";
import { fluxArtifact } from "../../tools/release/flux_artifact.ts";
import { type Descriptor, OCI_MANIFEST, type OciArtifact } from "../../tools/release/oci_artifact.ts";

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
        headers: { "content-type": OCI_MANIFEST },
      }),
    );
  }
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** A release pointer as the publisher makes it, right or wrong. */
export async function pushRelease(
  registryUrl: string,
  tags: readonly string[],
  manifest: Partial<ReleaseManifest> | Record<string, unknown>,
): Promise<string> {
  return await pushArtifact(registryUrl, tags, pointerArtifact("", manifest));
}

/** A Flux artifact of text files. */
export async function pushFluxArtifact(
  registryUrl: string,
  repository: string,
  tag: string,
  files: Record<string, string>,
): Promise<string> {
  const origin = { commit: "0".repeat(40), createdAt: "2026-01-01T00:00:00Z" };
  return await pushArtifact(
    registryUrl,
    [tag],
    await fluxArtifact({ host: "", repository, tag }, files, origin),
  );
}

async function pushArtifact(
  registryUrl: string,
  tags: readonly string[],
  { place: { repository }, blobs, manifest }: OciArtifact,
): Promise<string> {
  for (const { bytes } of blobs) await pushBlob(registryUrl, repository, bytes, "");
  return await pushManifest(registryUrl, repository, tags, JSON.parse(new TextDecoder().decode(manifest)));
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
    mediaType: OCI_MANIFEST,
    config,
    layers: [],
  });
}

async function expect(status: number, pending: Promise<Response>): Promise<void> {
  const response = await pending;
  const text = await response.text();
  if (response.status !== status) throw new Error(`The registry answered ${response.status}: ${text}`);
}
