import { CLUSTER_DNS_ADDRESS, KUBE_SERVICE_ADDRESS } from "../product/networks.ts";
import type { Component } from "../product/components.ts";
import type { PodView, Snapshot } from "./snapshot.ts";

/** What one pod says of its way to the services of the cluster. */
export interface LostPath {
  pod: PodView;
  component: Component;
  line: string;
}

const NO_WAY =
  /i\/o timeout|no route to host|connection refused|network is unreachable|timed? ?out|deadline exceeded|host is down|EHOSTUNREACH|ETIMEDOUT|ECONNREFUSED/i;
/** CoreDNS names no address: it waits for the API, and says so. */
const COREDNS_WAITS =
  /plugin\/kubernetes: (?:waiting for Kubernetes API|.{0,120}Failed to watch)|Still waiting on: "kubernetes"/i;

/**
 * Pods that cannot reach the API of Kubernetes, or its name service, though both answer the agent: something on the machine drops
 * what goes between pods and machine.
 */
export function lostPaths(
  { logs }: Pick<Snapshot, "logs">,
  unwellPods: readonly { pod: PodView; component: Component }[],
): readonly LostPath[] {
  return unwellPods.flatMap(({ pod, component }) => {
    const lines = logs.filter((it) => it.namespace === pod.namespace && it.pod === pod.name).flatMap((it) =>
      it.lines
    );
    const line = lines.findLast((it) => isLost(it, component));
    return line === undefined ? [] : [{ pod, component, line }];
  });
}

function isLost(line: string, { name }: Component): boolean {
  const meant = line.includes(`${KUBE_SERVICE_ADDRESS}:443`) || line.includes(`//${KUBE_SERVICE_ADDRESS}/`) ||
    line.includes("kubernetes.default.svc") ||
    line.includes(`on ${CLUSTER_DNS_ADDRESS}:53`);
  return meant && NO_WAY.test(line) || name === "coredns" && COREDNS_WAITS.test(line);
}
