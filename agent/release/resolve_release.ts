import * as z from "zod";
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
 * @throws {RegistryError} As the registry client does; "newer-format", "schema" or "not-json" when what is there is no usable release.
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

/** The number in a manifest's `schema`; its other fields mean something only to those who know it. */
function formatOf(content: unknown): number | undefined {
  const named = z.object({ schema: z.string() }).safeParse(content);
  const [, number] = /^alga\.appliance\.release\/v(\d{1,6})$/.exec(named.data?.schema ?? "") ?? [];
  return number === undefined ? undefined : Number(number);
}

function unusable(reference: string, why: string): RegistryError {
  return new RegistryError("schema", RELEASE_REGISTRY, `Release "${reference}" cannot be used: ${why}`);
}
