/** Names of the six Helm releases of an Alga release, in dependency order. */
export const HELM_RELEASES = [
  "alga-core",
  "pgbouncer",
  "temporal",
  "email-service",
  "workflow-worker",
  "temporal-worker",
] as const;
export type HelmReleaseName = typeof HELM_RELEASES[number];

/** Key of one release's values in `profileValues` and in its ConfigMap. */
export function valuesKey(release: HelmReleaseName, profile: string): string {
  return `${release}.${profile}.yaml`;
}
