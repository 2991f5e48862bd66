import type { Host } from "../host/host.ts";
import { NAMESPACES } from "../product/names.ts";
import { PATHS } from "../state/paths.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import { markOf } from "./wanted_files.ts";

/** On pod templates: which resolv.conf of the node their pods were started with. */
export const RESOLV_CONF_ANNOTATION = "alga-agent/resolv-conf";

/** One at a time and in this order: the name service first, the application before what stands behind it. */
const ORDER: readonly string[] = [
  NAMESPACES.system,
  NAMESPACES.storage,
  NAMESPACES.flux,
  NAMESPACES.app,
  NAMESPACES.settings,
];

/** A workload whose pods read the node's resolv.conf when they start. */
export interface ResolverWorkload {
  kind: "Deployment" | "StatefulSet";
  namespace: string;
  name: string;
}

/**
 * Workloads with a pod that was started with another resolv.conf than this, in the order of restarting. A pod has read the node's
 * file where it does not ask the cluster's name service: policy "Default", or the node's network without
 * "ClusterFirstWithHostNet".
 */
export async function staleResolverWorkloads(
  kube: KubeClient,
  host: Host,
  resolvConf: string,
): Promise<ResolverWorkload[]> {
  const isWritten = await host.readText(PATHS.k3sResolvConf) === resolvConf;
  const writtenMs = (await host.info(PATHS.k3sResolvConf))?.mtimeMs ?? 0;
  const found = new Map<string, ResolverWorkload>();
  for (const pod of (await kube.list(KINDS.Pod)).items) {
    if (!readsNodeFile(pod) || isOver(pod) || pod.metadata.deletionTimestamp !== undefined) continue;
    if (pod.metadata.annotations?.[RESOLV_CONF_ANNOTATION] === markOf(resolvConf)) continue;
    const startedMs = Date.parse(pod.status?.startTime ?? "");
    // A pod's time has whole seconds: one that began in the second of the writing may have read either.
    if (isWritten && startedMs > writtenMs) continue;
    const workload = await workloadOf(kube, pod);
    if (workload) found.set(`${workload.namespace}/${workload.kind}/${workload.name}`, workload);
  }
  return [...found.values()].toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function readsNodeFile({ spec }: KubeObject): boolean {
  return spec?.dnsPolicy === "Default" ||
    (spec?.hostNetwork === true && (spec.dnsPolicy ?? "ClusterFirst") === "ClusterFirst");
}

function isOver({ status }: KubeObject): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** What makes a pod again; `undefined` for Jobs and pods of nobody, which end by themselves, and for DaemonSets: the appliance has none. */
async function workloadOf(kube: KubeClient, pod: KubeObject): Promise<ResolverWorkload | undefined> {
  const namespace = pod.metadata.namespace ?? "";
  const owner = pod.metadata.ownerReferences?.find((it) => it.controller);
  if (owner?.kind === "Deployment" || owner?.kind === "StatefulSet") {
    return { kind: owner.kind, namespace, name: owner.name };
  }
  if (owner?.kind !== "ReplicaSet") return undefined;
  const set = await kube.get({ resource: KINDS.ReplicaSet, namespace, name: owner.name });
  const above = set?.metadata.ownerReferences?.find((it) => it.controller && it.kind === "Deployment");
  return above && { kind: "Deployment", namespace, name: above.name };
}

function rank({ namespace, name }: ResolverWorkload): number {
  const at = ORDER.indexOf(namespace);
  return (at < 0 ? ORDER.length : at) + (name === "coredns" ? -1 : 0);
}
