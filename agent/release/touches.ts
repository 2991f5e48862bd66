import { HELM_RELEASES, type HelmReleaseName, valuesKey } from "../product/helm_releases.ts";
import { releaseImages } from "./images.ts";
import type { ReleaseManifest } from "./manifest.ts";

/** Charts that are not named as the release that installs them. */
const CHARTS: Partial<Record<HelmReleaseName, string>> = { "alga-core": "sebastian" };

/** Which of the six releases an update upgrades: those whose image, chart or published values are others. Pure. */
export function touchedReleases(from: ReleaseManifest, to: ReleaseManifest): HelmReleaseName[] {
  return HELM_RELEASES.filter((it) => partOf(from, it) !== partOf(to, it));
}

function partOf(manifest: ReleaseManifest, release: HelmReleaseName): string {
  const { charts, profileValues, valuesProfile } = manifest;
  const tags = releaseImages(manifest).filter((it) => it.component === release).map((it) => it.tag);
  return JSON.stringify([
    charts[CHARTS[release] ?? release],
    profileValues[valuesKey(release, valuesProfile)],
    tags,
  ]);
}
