import { NetworkError } from "../../net/errors.ts";
import { askedEndpoints } from "../../preflight/facts/endpoints.ts";
import type { RegistryClient, RegistryMirrors } from "../../registry/registry.ts";
import { type ImageSize, measureImage, type NamedImage, namedImages } from "../../release/mod.ts";
import type { ResolvedRelease } from "../../release/mod.ts";

/** One image that an update needs, and the first release on the way that does. */
export interface NeededImage extends NamedImage {
  version: string;
}

/** What the registry says of one. */
export type MeasuredImage = NeededImage & ({ size: ImageSize } | { problem: NetworkError });

/**
 * Every image that these releases name, in their order, each once. Those of a registry without a mirror, beside others with one, are
 * taken to be on the machine already, as setup does.
 */
export function neededImages(releases: readonly ResolvedRelease[], mirrors: RegistryMirrors): NeededImage[] {
  const asked = askedEndpoints(mirrors).map((it) => it.registry as string);
  const found = new Map<string, NeededImage>();
  for (const { manifest } of releases) {
    for (const image of namedImages(manifest)) {
      if (asked.includes(image.host) && !found.has(image.name)) {
        found.set(image.name, { ...image, version: manifest.version });
      }
    }
  }
  return [...found.values()];
}

/** Asks for all of them side by side. */
export async function measureImages(
  images: readonly NeededImage[],
  { registry, signal }: { registry: RegistryClient; signal: AbortSignal },
): Promise<MeasuredImage[]> {
  return await Promise.all(images.map(async (image): Promise<MeasuredImage> => {
    try {
      return { ...image, size: await measureImage(registry, image, { signal }) };
    } catch (error) {
      if (error instanceof NetworkError) return { ...image, problem: error };
      throw error;
    }
  }));
}
