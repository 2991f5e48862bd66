import { withCondition } from "../relatives/machines.ts";
import { ago, crashed, event, healthyCluster, node, podOf, snapshotOf } from "../../status/objects.ts";
import { api, HEALTHY, of, type Row } from "../rule_row.ts";

const unschedulable = (message: string, since = 90) => [podOf("alga-core", {}, {
  containers: [],
  conditions: [{
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message,
    lastTransitionTime: ago(since),
  }],
  node: "",
})];

/** The claim was made again so long after the scheduler spoke of it. */
const claimed = (secondsAfter: number, end = "not found.", since = 90) => {
  const text = `persistentvolumeclaim "alga-core-sebastian-postgres-data" ${end}`;
  const snapshot = of("db", unschedulable(`0/1 nodes are available: ${text}`, since));
  const pvcs = snapshot.pvcs.map((it) =>
    it.name === "alga-core-sebastian-postgres-data"
      ? { ...it, phase: "Pending", createdAt: ago(since - secondsAfter) }
      : it
  );
  return { ...snapshot, pvcs };
};

const notReadyNode = (reason: string, message: string, status = "False") =>
  snapshotOf({
    ...healthyCluster(),
    nodes: [node([{ type: "Ready", status, reason, message, lastTransitionTime: ago(300) }])],
  });

const rejected = (reason: string, message: string) => {
  const made = podOf("db", {}, { containers: [], phase: "Failed", createdSecAgo: 60 });
  Object.assign(made.status, { reason, message });
  return of("db", [made]);
};

const lost = (line: string) => {
  const made = podOf("workflow-worker", crashed("waiting", { restarts: 6 }));
  return of("workflow-worker", [made], [], {
    logs: [{
      namespace: "msp",
      pod: made.metadata.name,
      container: "workflow-worker",
      restartCount: 6,
      lines: [line],
    }],
  });
};

const waitingDns = (line: string) => {
  const made = podOf("coredns", { state: { running: { startedAt: ago(500) } }, lastState: {} }, {
    phase: "Running",
  });
  return of("coredns", [made], [], {
    logs: [{
      namespace: "kube-system",
      pod: made.metadata.name,
      container: "coredns",
      restartCount: 0,
      lines: [line],
    }],
  });
};

const flushed = (text: string) => ({
  ...HEALTHY,
  host: { ...HEALTHY.host, journal: [{ at: ago(120), text }, { at: ago(60), text }] },
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
    name: "too little of several, each with its full stop",
    id: "sched.resources",
    red: of(
      "alga-core",
      unschedulable("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient ephemeral-storage."),
    ),
    green: of("alga-core", unschedulable("0/1 nodes are available: 1 Insufficient example.com/gpu.")),
  },
  {
    name: "volume of another machine",
    id: "sched.volume-elsewhere",
    red: of("db", unschedulable("0/1 nodes are available: 1 node(s) had volume node affinity conflict.")),
    green: of(
      "db",
      unschedulable("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."),
    ),
  },
  ...[
    'persistentvolumeclaim "alga-core-sebastian-postgres-data" not found.',
    'persistentvolumeclaim "alga-core-sebastian-postgres-data" is being deleted.',
  ].map((text): Row => ({
    name: `claim missing, ${text}`,
    id: "stor.claim-missing",
    red: of("db", unschedulable(`0/1 nodes are available: ${text}`)),
    green: of(
      "db",
      unschedulable("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
    ),
  })),
  {
    name: "claim whose volume is gone",
    id: "stor.claim-lost",
    red: of(
      "db",
      unschedulable(
        '0/1 nodes are available: persistentvolumeclaim "data" bound to non-existent persistentvolume "pvc-1".',
      ),
    ),
    green: of("db", unschedulable('0/1 nodes are available: persistentvolumeclaim "data" not found.')),
  },
  {
    name: "claim missing, until it is made again",
    id: "stor.claim-missing",
    red: claimed(-3_600),
    green: claimed(5),
  },
  {
    name: "claim that ends, though it is younger than the first word of the scheduler",
    id: "stor.claim-missing",
    red: claimed(5, "is being deleted."),
    green: claimed(5),
  },
  {
    name: "claim made again that the scheduler does not take",
    id: "sched.unplaced",
    red: claimed(5, "not found.", 600),
    green: claimed(5),
  },
  ...[
    "1 node(s) didn't match Pod's node affinity/selector.",
    "1 Too many pods.",
    "1 Insufficient example.com/gpu.",
    "1 node(s) didn't match pod anti-affinity rules.",
    "1 node(s) exceed max volume count.",
    "something that nobody has seen",
  ].map((text): Row => ({
    name: `scheduler, ${text}`,
    id: "sched.unplaced",
    red: of(
      "alga-core",
      unschedulable(`0/1 nodes are available: ${text} preemption: 0/1 nodes are available`),
    ),
    green: of(
      "alga-core",
      unschedulable("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
    ),
  })),
  ...(
    [
      [
        "sched.resources",
        "OutOfcpu",
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000",
      ],
      [
        "sched.port",
        "NodePorts",
        "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
      ],
      ["sched.unplaced", "UnexpectedAdmissionError", "Pod was rejected: Allocate failed due to x"],
    ] as const
  ).map(([id, reason, message]): Row => ({
    name: `not taken by the machine, ${reason}`,
    id,
    component: "db",
    red: rejected(reason, message),
    green: rejected("Evicted", "The node was low on resource: memory."),
  })),
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
    name: "a trouble of the machine that is ready",
    id: "node.condition",
    red: withCondition("PIDPressure", "kubelet has insufficient PID available"),
    green: withCondition("Sleepy", "nothing that Kubernetes knows"),
  },
  {
    name: "cordoned",
    id: "k3s.node-paused",
    red: snapshotOf({ ...healthyCluster(), nodes: [node([], { unschedulable: true })] }),
    green: HEALTHY,
  },
  ...[
    'level=fatal msg="failed to get Kubernetes server version: Get \\"https://10.43.0.1:443/version\\": dial tcp 10.43.0.1:443: i/o timeout"',
    "dial tcp 10.43.0.1:443: connect: no route to host",
    "Error: connect ECONNREFUSED 10.43.0.1:443",
    "dial tcp: lookup db.msp.svc.cluster.local on 10.43.0.10:53: read udp 10.42.0.9:1->10.43.0.10:53: i/o timeout",
  ].map((line): Row => ({
    name: `pods do not get through, ${line.slice(0, 60)}`,
    id: "net.host-firewall",
    component: "network",
    red: lost(line),
    green: lost("dial tcp 192.0.2.9:5432: connect: connection refused"),
  })),
  {
    name: "the name service waits for Kubernetes",
    id: "net.host-firewall",
    red: waitingDns("[INFO] plugin/kubernetes: waiting for Kubernetes API before starting server"),
    green: waitingDns("[INFO] 127.0.0.1:40000 - 1 HINFO"),
  },
  {
    name: "its rules are taken away again and again",
    id: "k3s.iptables-flushed",
    red: flushed('I1121 11:58:00.1 1 iptables.go:622] "Inconsistent iptables state detected"'),
    green: flushed('I1121 11:58:00.1 1 iptables.go:1] "Something else"'),
  },
  { name: "API silent", id: "k3s.api-down", red: api("not-answering", 40), green: api("not-answering", 5) },
];
