import type { HostView, NodeView } from "./snapshot.ts";

/** Whether a node of Kubernetes is the machine that the agent runs on. */
export function isOwnNode(node: NodeView, host: Pick<HostView, "name" | "machineId">): boolean {
  const known = host.machineId !== "" && node.machineId !== "";
  return known ? node.machineId === host.machineId : node.name === host.name;
}

/**
 * The node of the machine that the agent runs on; of a cluster that cannot be matched (another name, a kubeconfig of elsewhere)
 * the first by name. `nodes` are in order.
 */
export function ownNode(
  nodes: readonly NodeView[],
  host: Pick<HostView, "name" | "machineId">,
): NodeView | undefined {
  return nodes.find((it) => isOwnNode(it, host)) ?? nodes[0];
}
