import { z } from "zod";
import { parseJson } from "./registry_client.ts";
import { type RegistryClient, RegistryError } from "./registry.ts";
import {
  Digest,
  RELEASE_REGISTRY,
  RELEASE_REPOSITORY,
  ReleaseManifest,
  type ResolvedRelease,
} from "./release.ts";

const OciManifest = z.object({
  config: z.object({ digest: Digest, size: z.int().nonnegative().optional() }),
});

const MAX_RELEASE_BYTES = 2 * 1024 * 1024;

/**
 * What a channel, version tag or digest points at, now. @see contract.md 1.2
 * @throws {RegistryError} As the registry client does; "schema" or "not-json" when what is there is no usable release.
 */
export async function resolveRelease(
  client: RegistryClient,
  options: { reference?: string; channel: "stable" | "nightly"; signal?: AbortSignal },
): Promise<ResolvedRelease> {
  const reference = options.reference || options.channel;
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const pointer = await client.fetchManifest(RELEASE_REGISTRY, RELEASE_REPOSITORY, reference, signal);
  const oci = OciManifest.safeParse(parseJson(pointer.bytes, RELEASE_REGISTRY));
  if (!oci.success) throw unusable(reference, "it is not an OCI image manifest with a config");
  const blob = await client.fetchBlob(RELEASE_REGISTRY, RELEASE_REPOSITORY, {
    digest: oci.data.config.digest,
    ...(oci.data.config.size === undefined ? {} : { size: oci.data.config.size }),
  }, { maxBytes: MAX_RELEASE_BYTES, ...signal });
  const manifest = ReleaseManifest.safeParse(parseJson(blob, RELEASE_REGISTRY));
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

function unusable(reference: string, why: string): RegistryError {
  return new RegistryError("schema", RELEASE_REGISTRY, `Release "${reference}" cannot be used: ${why}`);
}
