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
  const wanted = found.spec?.replicas ?? 1;
  const { updatedReplicas: updated = 0, readyReplicas: ready = 0, replicas: all = 0 } = status;
  if (updated < wanted) return `${updated} of ${wanted} pods of ${name} are new`;
  if (all > updated) return `an old pod of ${name} has not ended yet`;
  if (ready < wanted) return `${ready} of ${wanted} pods of ${name} are ready`;
  return true;
}
