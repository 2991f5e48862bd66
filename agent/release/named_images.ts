import { type ReleaseImage, releaseImages, valuesImages } from "./images.ts";
import type { ReleaseManifest } from "./manifest.ts";

/** One image that a release names, in its own fields or in its values. */
export interface NamedImage {
  host: string;
  repository: string;
  /** Tag or digest. */
  reference: string;
  /** As a pod names it ("ghcr.io/nine-minds/alga-psa-ee:4f2c91d"). */
  name: string;
  /** Whether people can log in without it. */
  tier: ReleaseImage["tier"];
}

/** Every image that a release names, each once; those that only a chart names are not among them. Never throws. */
export function namedImages(manifest: ReleaseManifest): NamedImage[] {
  const own = releaseImages(manifest).map(({ host, repository, tag, tier }) => ({
    host,
    repository,
    reference: tag,
    name: `${host}/${repository}:${tag}`,
    tier,
  }));
  const others = valuesImages(manifest).map(({ host, repository, reference, name, tier }) => ({
    host,
    repository,
    reference,
    name: reference.startsWith("sha256:") ? `${name}@${reference}` : name,
    tier,
  }));
  return [...new Map([...own, ...others].map((it) => [it.name, it])).values()];
}
