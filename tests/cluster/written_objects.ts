import { KINDS, type KubeClient, type KubeObject } from "../../k8s/mod.ts";

/** Kinds that nobody but their writer changes: they have no status. */
const WITHOUT_STATUS = new Set([
  "ConfigMap",
  "Secret",
  "ServiceAccount",
  "StorageClass",
  "Role",
  "RoleBinding",
  "ClusterRole",
  "ClusterRoleBinding",
  "NetworkPolicy",
]);

/**
 * Every object of any kind that the agent has written, with what must stay the same when it writes the same again: the
 * resourceVersion of those without a status; of others, whose status changes all the time, the generation and each entry that
 * the agent has in managedFields, its time too.
 */
export async function writtenObjects(kube: KubeClient): Promise<Record<string, unknown>> {
  const written: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(KINDS)) {
    for (const object of (await kube.list(kind)).items) {
      const ours = entriesOfAgent(object);
      const { namespace = "", name: own, resourceVersion, generation } = object.metadata;
      if (ours.length === 0) continue;
      written[`${name}/${namespace}/${own}`] = WITHOUT_STATUS.has(name)
        ? { resourceVersion }
        : { generation, ours };
    }
  }
  return written;
}

function entriesOfAgent({ metadata }: KubeObject): unknown[] {
  const entries = (metadata.managedFields ?? []) as { manager: string }[];
  return entries.filter((it) => it.manager === "alga-agent");
}
