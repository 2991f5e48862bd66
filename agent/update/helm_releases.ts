import { type Clock, isoNow } from "../clock.ts";
import { HELM_RELEASES } from "../product/helm_releases.ts";
import { NAMESPACES } from "../product/names.ts";
import { FORCE_AT, REQUESTED_AT, RESET_AT } from "../product/reconcile.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import { KINDS, type KubeClient, type KubeObject, type ObjectRef } from "../../k8s/mod.ts";

/**
 * Who writes `spec.suspend`. Flux takes a field away that another client's ordinary manager set, and leaves this one's.
 */
const MANAGER = { fieldManager: "flux-client-side-apply" } as const;

export function releaseRef(name: string): ObjectRef {
  return { resource: KINDS.HelmRelease, namespace: NAMESPACES.settings, name };
}

/** The HelmReleases of the application that the cluster has, in dependency order. */
export async function readReleases(kube: KubeClient): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  for (const name of HELM_RELEASES) {
    const release = await kube.get(releaseRef(name));
    if (release) found.push(release);
  }
  return found;
}

export function isSuspended(release: KubeObject): boolean {
  return release.spec?.suspend === true;
}

/** Those of the application that are paused, of what was observed; in dependency order. */
export function pausedReleases(
  observed: readonly { kind: string; namespace: string; name: string; suspended: boolean }[],
): string[] {
  return HELM_RELEASES.filter((name) =>
    observed.some((it) =>
      it.kind === "HelmRelease" && it.namespace === NAMESPACES.settings && it.name === name && it.suspended
    )
  );
}

/** Holds a release still, or lets it go; one that is so already is not written to. */
export async function setSuspended(kube: KubeClient, name: string, wanted: boolean): Promise<void> {
  const found = await kube.get(releaseRef(name));
  if (!found || isSuspended(found) === wanted) return;
  await kube.patch(releaseRef(name), { spec: { suspend: wanted ? true : null } }, MANAGER);
}

/** Has Flux forget the failures that it counted and upgrade at once. */
export async function askToTryAgain(kube: KubeClient, name: string, clock: Clock): Promise<void> {
  const at = isoNow(clock);
  await kube.patch(releaseRef(name), {
    metadata: { annotations: { [REQUESTED_AT]: at, [FORCE_AT]: at, [RESET_AT]: at } },
  });
}

/** The chart version that a release of the application gives this HelmRelease; `undefined` when it names none. */
export function wantedChart(release: KubeObject, { manifest }: ResolvedRelease): string | undefined {
  const chart = release.spec?.chart?.spec?.chart;
  return typeof chart === "string" ? manifest.charts[chart] : undefined;
}

/** Whether Flux has given this HelmRelease the chart of the release. */
export function hasChart(release: KubeObject, target: ResolvedRelease): boolean {
  const wanted = wantedChart(release, target);
  return wanted === undefined || release.spec?.chart?.spec?.version === wanted;
}
