import { KINDS, type KubeClient } from "../../k8s/mod.ts";
import type { ResolverWorkload } from "./resolver_pods.ts";

/**
 * True when all pods of a workload are of its newest template and ready, else what it waits for.
 * @see kubectl's "rollout status": the same fields decide
 */
export async function rolloutState(
  kube: KubeClient,
  { kind, namespace, name }: ResolverWorkload,
): Promise<true | string> {
  const found = await kube.get({ resource: KINDS[kind], namespace, name });
  if (!found) return `${name} does not exist`;
  const status = found.status ?? {};
  if ((status.observedGeneration ?? 0) < (found.metadata.generation ?? 0)) {
    return `${name} has not been looked at yet`;
  }
  const [wanted, updated, ready, all] = kind === "DaemonSet"
    ? [
      status.desiredNumberScheduled,
      status.updatedNumberScheduled,
      status.numberReady,
      status.desiredNumberScheduled,
    ]
    : [found.spec?.replicas ?? 1, status.updatedReplicas, status.readyReplicas, status.replicas];
  if ((updated ?? 0) < (wanted ?? 0)) return `${updated ?? 0} of ${wanted} pods of ${name} are new`;
  if ((all ?? 0) > (updated ?? 0)) return `an old pod of ${name} has not ended yet`;
  if ((ready ?? 0) < (wanted ?? 0)) return `${ready ?? 0} of ${wanted} pods of ${name} are ready`;
  return true;
}
