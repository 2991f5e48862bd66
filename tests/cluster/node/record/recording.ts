import type { BlockerId } from "../../../../agent/causes/cause.ts";
import type { KubeObject } from "../../../../k8s/mod.ts";

/** One moment of a case: everything that the agent could see of it. */
export interface Phase {
  /** ISO 8601, UTC. */
  at: string;
  pods: KubeObject[];
  events: KubeObject[];
  deployments: KubeObject[];
  jobs: KubeObject[];
  pvcs: KubeObject[];
  storageClasses: KubeObject[];
  /** Only of cases that are about the machine. */
  nodes: KubeObject[];
  /** Sources, Kustomizations and HelmReleases; only of cases that are about Flux. */
  flux?: KubeObject[];
  logs: { pod: string; container: string; restartCount: number; lines: string[] }[];
}

/** The states that containers were seen in, by reason where there is one. */
export function statesOf(phases: readonly Phase[]): Set<string> {
  const containers = phases.flatMap((it) => it.pods).flatMap((
    it,
  ) => [...it.status?.initContainerStatuses ?? [], ...it.status?.containerStatuses ?? []]);
  return new Set(
    containers.flatMap((it) =>
      Object.entries(it.state as Record<string, { reason?: string }>).map(([kind, { reason }]) =>
        reason ?? kind
      )
    ),
  );
}

/** A fixture as it lies on disk: one phase each line. */
export interface Recording {
  name: string;
  expected: BlockerId;
  component?: string;
  laterSec: number;
  versions: Record<string, string>;
  phases: Phase[];
}

/** Says nothing that the agent could use. */
const DROPPED_KEYS = new Set([
  "managedFields",
  "resourceVersion",
  "selfLink",
  "generateName",
  "lastProbeTime",
  "lastUpdateTime",
  "hostIPs",
  "podIPs",
  "tolerations",
  "images",
  "machineID",
  "systemUUID",
  "bootID",
  "features",
  "runtimeHandlers",
  "volumesAttached",
  "securityContext",
  "dnsPolicy",
  "schedulerName",
  "preemptionPolicy",
  "terminationMessagePath",
  "terminationMessagePolicy",
  "resources",
  "allocatedResources",
  "reportingComponent",
  "reportingInstance",
  "source",
  "action",
  "selector",
  "strategy",
  "revisionHistoryLimit",
  "progressDeadlineSeconds",
  "serviceAccount",
  "serviceAccountName",
  "automountServiceAccountToken",
  "enableServiceLinks",
  "terminationGracePeriodSeconds",
  "blockOwnerDeletion",
]);

/**
 * Takes out what changes from run to run: the node's address, numbers of objects and containers, the namespace's own name. What is
 * the same in two phases stays the same.
 */
export function tidy(phases: readonly Phase[], names: { namespace: string; node: string }): Phase[] {
  const net = names.node.replace(/\d+$/, "");
  const slim = phases.map((it) => ({
    ...it,
    storageClasses: it.pvcs.length > 0 ? it.storageClasses : [],
    // Of Deployments and ReplicaSets only the pods are of interest.
    events: it.events.filter((event) => !/^(Deployment|ReplicaSet)$/.test(event.involvedObject?.kind)).map(
      (event) => {
        const { name, namespace, creationTimestamp } = event.metadata;
        return { ...event, metadata: { name, namespace, creationTimestamp } };
      },
    ),
  }));
  const text = JSON.stringify(slim, (key, value) => DROPPED_KEYS.has(key) ? undefined : value)
    .replaceAll(net, "10.41.0.")
    .replaceAll(`"namespace":"${names.namespace}"`, '"namespace":"msp"')
    .replaceAll(`_${names.namespace}(`, "_msp(")
    .replaceAll(`'${names.namespace}/`, "'msp/")
    .replaceAll(`ConfigMap ${names.namespace}/`, "ConfigMap msp/")
    .replaceAll(`Secret ${names.namespace}/`, "Secret msp/");
  const numbers = new Map<string, string>();
  const renamed = text.replaceAll(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=containerd:\/\/|")[0-9a-f]{64}(?=")/g,
    (it) => {
      const known = numbers.get(it) ?? `id-${numbers.size + 1}`;
      numbers.set(it, known);
      return known;
    },
  );
  return JSON.parse(renamed);
}
