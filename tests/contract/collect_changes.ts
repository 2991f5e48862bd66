import { KINDS } from "../../k8s/client/kinds.ts";
import type { KubeClient, ResourceKind, WatchEvent } from "../../k8s/client/kube_client.ts";

/** Longer than any server needs, however busy the machine is. */
export const PATIENCE_SEC = 300;

/** The first `count` changes after a version; fails when they do not come. */
export async function collectChanges(
  client: KubeClient,
  resourceVersion: string,
  count: number,
  resource: ResourceKind = KINDS.ConfigMap,
): Promise<WatchEvent[]> {
  const seen: WatchEvent[] = [];
  const signal = AbortSignal.timeout(PATIENCE_SEC * 1000);
  for await (
    const event of client.watch(resource, { namespace: "contract", resourceVersion, signal })
  ) {
    if (event.type !== "BOOKMARK") seen.push(event);
    if (seen.length === count) break;
  }
  return seen;
}
