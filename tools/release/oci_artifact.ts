import { createHash } from "node:crypto";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** What an OCI manifest or index says of a piece of content. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

/** Content and its media type, before it is named by its digest. */
export interface Content {
  mediaType: string;
  bytes: Uint8Array;
  annotations?: Record<string, string>;
}

/** Where an artifact goes: registry host, repository, tag. */
export interface Place {
  host: string;
  repository: string;
  tag: string;
}

/** One artifact with everything that must be in a registry for it; `manifest` is byte for byte what is pushed. */
export interface OciArtifact {
  place: Place;
  manifest: Uint8Array;
  digest: string;
  blobs: readonly { digest: string; bytes: Uint8Array }[];
}

/** Names content by its digests. The same content gives the same digest. */
export function createArtifact(
  place: Place,
  parts: {
    config: Content;
    layers: readonly Content[];
    artifactType?: string;
    annotations?: Record<string, string>;
  },
): OciArtifact {
  const config = descriptorOf(parts.config);
  const layers = parts.layers.map(descriptorOf);
  const manifest = encodeJson({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    ...(parts.artifactType === undefined ? {} : { artifactType: parts.artifactType }),
    config,
    layers,
    ...(parts.annotations === undefined ? {} : { annotations: parts.annotations }),
  });
  const bytesOf = [parts.config, ...parts.layers].map((it) => it.bytes);
  const blobs = new Map([config, ...layers].map((it, i) => [it.digest, bytesOf[i] as Uint8Array]));
  return {
    place,
    manifest,
    digest: digestOf(manifest),
    blobs: [...blobs].map(([digest, bytes]) => ({ digest, bytes })),
  };
}

/** `host/repository:tag`, as people write it. */
export function toReference({ host, repository, tag }: Place): string {
  return `${host}/${repository}:${tag}`;
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function descriptorOf({ mediaType, bytes, annotations }: Content): Descriptor {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return annotations === undefined ? descriptor : { ...descriptor, annotations };
}
