import * as z from "zod";
import { type RegistryClient } from "../registry/registry.ts";
import { RegistryError } from "../registry/errors.ts";
import { parseJson } from "../registry/reply.ts";
import {
  Digest,
  RELEASE_REGISTRY,
  RELEASE_REPOSITORY,
  ReleaseManifest,
  type ResolvedRelease,
} from "./manifest.ts";

const OciManifest = z.object({
  manifests: z.undefined().optional(), // with both, two readers would see two releases (CVE-2021-41190)
  config: z.object({ digest: Digest, size: z.int().nonnegative().optional() }),
});

/** Where a pointer that several tools or platforms wrote to leads. @see OCI image index specification */
const OciIndex = z.object({
  config: z.undefined().optional(),
  manifests: z.array(z.object({
    mediaType: z.string(),
    digest: Digest,
    size: z.int().nonnegative(),
    platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
  })),
});
type OciDescriptor = z.infer<typeof OciIndex>["manifests"][number];

const MANIFEST_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

const MAX_RELEASE_BYTES = 2 * 1024 * 1024;

/**
 * What a channel, version tag or digest points at, now. @see contract.md 1.2
 *
 * An index is followed once: to its first image manifest for linux/amd64, else to the first without a platform. The release
 * keeps the digest of what was asked for, the index.
 * @throws {NetworkError} As the registry client does; "newer-format", "schema" or "not-json" when what is there is no usable release.
 */
export async function resolveRelease(
  client: RegistryClient,
  options: { reference?: string; channel: "stable" | "nightly"; signal?: AbortSignal },
): Promise<ResolvedRelease> {
  const reference = options.reference || options.channel;
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const pointer = await client.fetchManifest(RELEASE_REGISTRY, RELEASE_REPOSITORY, reference, signal);
  const pointed = parseJson(pointer.bytes, RELEASE_REGISTRY);
  let oci = OciManifest.safeParse(pointed);
  const index = OciIndex.safeParse(pointed);
  if (index.success) {
    const chosen = chooseManifest(index.data.manifests);
    if (!chosen) throw unusable(reference, "its index names no image manifest for linux/amd64");
    const { bytes } = await client.fetchManifest(
      RELEASE_REGISTRY,
      RELEASE_REPOSITORY,
      chosen.digest,
      signal,
    );
    if (bytes.length !== chosen.size) {
      throw new RegistryError(
        "wrong-size",
        RELEASE_REGISTRY,
        `${RELEASE_REGISTRY} sent ${bytes.length} bytes of ${chosen.digest}, not ${chosen.size}`,
      );
    }
    oci = OciManifest.safeParse(parseJson(bytes, RELEASE_REGISTRY));
  }
  if (!oci.success) throw unusable(reference, "it is not an OCI image manifest with a config");
  const blob = await client.fetchBlob(RELEASE_REGISTRY, RELEASE_REPOSITORY, {
    digest: oci.data.config.digest,
    ...(oci.data.config.size === undefined ? {} : { size: oci.data.config.size }),
  }, { maxBytes: MAX_RELEASE_BYTES, ...signal });
  const content = parseJson(blob, RELEASE_REGISTRY);
  const format = formatOf(content);
  if (format !== undefined && format > 1) {
    throw new RegistryError(
      "newer-format",
      RELEASE_REGISTRY,
      `Release "${reference}" needs a newer agent: it has format ${format}, and this agent knows format 1`,
    );
  }
  const manifest = ReleaseManifest.safeParse(content);
  if (!manifest.success) {
    const wrong = manifest.error.issues.slice(0, 3).map((it) => `${it.path.join(".")}: ${it.message}`);
    throw unusable(reference, wrong.join("; "));
  }
  return {
    reference,
    channel: options.channel,
    registryHost: RELEASE_REGISTRY,
    repository: RELEASE_REPOSITORY,
    manifestDigest: pointer.digest,
    manifest: manifest.data,
  };
}

/** Attestations (platform unknown/unknown) and indexes within the index are passed over. */
function chooseManifest(descriptors: readonly OciDescriptor[]): OciDescriptor | undefined {
  const manifests = descriptors.filter((it) => MANIFEST_TYPES.includes(it.mediaType));
  return manifests.find((it) => it.platform?.os === "linux" && it.platform.architecture === "amd64") ??
    manifests.find((it) => it.platform === undefined);
}

/** The number in a manifest's `schema`; its other fields mean something only to those who know it. */
function formatOf(content: unknown): number | undefined {
  const named = z.object({ schema: z.string() }).safeParse(content);
  const [, number] = /^alga\.appliance\.release\/v(\d{1,6})$/.exec(named.data?.schema ?? "") ?? [];
  return number === undefined ? undefined : Number(number);
}

function unusable(reference: string, why: string): RegistryError {
  return new RegistryError("schema", RELEASE_REGISTRY, `Release "${reference}" cannot be used: ${why}`);
}
