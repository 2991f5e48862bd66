import { SOURCE_NAME } from "../../flux/source_objects.ts";
import { conditionOf, KINDS, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import { NAMESPACES } from "../product/names.ts";
import { isCurrent, wantedValues } from "../settings/values.ts";
import { readSelection } from "../setup/release_selection.ts";
import { sourceIsCurrent } from "../setup/steps/source.ts";
import { targetOf, type UpdateContext } from "./context.ts";
import { hasChart, readReleases } from "./helm_releases.ts";

/** The ConfigMaps of the target with the settings that count now. */
export async function targetValues(context: UpdateContext): Promise<KubeObject[]> {
  return wantedValues(targetOf(context), await context.settings());
}

export async function findValues(
  kube: KubeClient,
  { metadata }: KubeObject,
): Promise<KubeObject | undefined> {
  return await kube.get({ resource: KINDS.ConfigMap, namespace: NAMESPACES.settings, name: metadata.name });
}

export async function valuesArrived(context: UpdateContext, kube: KubeClient): Promise<boolean> {
  for (const wanted of await targetValues(context)) {
    if (!isCurrent(await findValues(kube, wanted), wanted)) return false;
  }
  return true;
}

/** Whether our own record names the target. */
export async function selectionArrived(context: UpdateContext): Promise<boolean> {
  const kept = (await readSelection(context.host, context.clock))?.resolved;
  return kept?.manifestDigest === targetOf(context).manifestDigest;
}

/** Whether Flux has fetched the target's bundle and given every HelmRelease its chart. */
export async function chartsArrived(context: UpdateContext, kube: KubeClient): Promise<true | string> {
  const target = targetOf(context);
  const { digest } = target.manifest.config;
  const source = await kube.get({
    resource: KINDS.OCIRepository,
    namespace: NAMESPACES.flux,
    name: SOURCE_NAME,
  });
  if (!String(source?.status?.artifact?.revision ?? "").includes(digest)) {
    const ready = source && conditionOf(source, "Ready");
    const why = ready?.status === "False" ? `: ${ready.message ?? ""}` : "";
    return `the installer has not fetched the release yet${why}`;
  }
  const late = (await readReleases(kube)).find((it) => !hasChart(it, target));
  return late === undefined || `${late.metadata.name} does not have its new version yet`;
}

/** Whether everything that comes together is in place: then nothing needs to be held still. */
export async function everythingArrived(context: UpdateContext, kube: KubeClient): Promise<boolean> {
  return await selectionArrived(context) && await valuesArrived(context, kube) &&
    await sourceIsCurrent(kube, targetOf(context).manifest.config, context) &&
    await chartsArrived(context, kube) === true;
}
