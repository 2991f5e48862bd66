import { ago, event, healthyCluster, node, podOf, snapshotOf } from "../../status/objects.ts";
import { api, HEALTHY, of, type Row } from "../rule_row.ts";

const unschedulable = (message: string) => [podOf("alga-core", {}, {
  containers: [],
  conditions: [{
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message,
    lastTransitionTime: ago(90),
  }],
  node: "",
})];

const notReadyNode = (reason: string, message: string, status = "False") =>
  snapshotOf({
    ...healthyCluster(),
    nodes: [node([{ type: "Ready", status, reason, message, lastTransitionTime: ago(300) }])],
  });

/** Every way in which the rules of this family find something. */
export const NODE_ROWS: readonly Row[] = [
  {
    name: "too little memory",
    id: "sched.resources",
    red: of(
      "alga-core",
      unschedulable(
        "0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available",
      ),
    ),
    green: of(
      "alga-core",
      unschedulable("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
    ),
  },
  {
    name: "port taken",
    id: "sched.port",
    red: of(
      "alga-core",
      unschedulable("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."),
    ),
    green: of("alga-core", []),
  },
  {
    name: "taint",
    id: "sched.taint",
    red: of(
      "alga-core",
      unschedulable(
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.",
      ),
    ),
    green: of("alga-core", []),
  },
  {
    name: "disk pressure",
    id: "disk.pressure",
    red: snapshotOf({
      ...healthyCluster(),
      nodes: [
        node([{ type: "Ready", status: "True", reason: "KubeletReady" }, {
          type: "DiskPressure",
          status: "True",
          reason: "KubeletHasDiskPressure",
          message: "kubelet has disk pressure",
          lastTransitionTime: ago(60),
        }]),
      ],
    }),
    green: HEALTHY,
  },
  {
    name: "host memory",
    id: "mem.oom-host",
    red: snapshotOf({
      ...healthyCluster(),
      nodes: [node()],
      events: [event(node(), "SystemOOM", "System OOM encountered, victim process: node, pid: 4711")],
    }),
    green: HEALTHY,
  },
  {
    name: "node gone",
    id: "k3s.node-gone",
    red: notReadyNode("NodeStatusUnknown", "Kubelet stopped posting node status.", "Unknown"),
    green: HEALTHY,
  },
  {
    name: "no pod network",
    id: "k3s.not-ready-cni",
    red: notReadyNode(
      "KubeletNotReady",
      "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
    ),
    green: HEALTHY,
  },
  {
    name: "node not ready",
    id: "k3s.node-not-ready",
    red: notReadyNode("KubeletNotReady", "PLEG is not healthy"),
    green: HEALTHY,
  },
  {
    name: "cordoned",
    id: "k3s.node-paused",
    red: snapshotOf({ ...healthyCluster(), nodes: [node([], { unschedulable: true })] }),
    green: HEALTHY,
  },
  { name: "API silent", id: "k3s.api-down", red: api("not-answering", 40), green: api("not-answering", 5) },
];
