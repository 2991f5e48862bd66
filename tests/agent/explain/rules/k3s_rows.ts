import { type BlockerId } from "../../../../agent/causes/cause.ts";
import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { ago, healthyCluster, node, snapshotOf, workingMore } from "../../status/objects.ts";
import { api, HEALTHY, type KubeObject, type Row } from "../rule_row.ts";

/** For the tests beside the rows. */
export const silent = (lines: [secondsAgo: number, text: string][]): Snapshot => ({
  ...api("not-answering", 90),
  host: {
    name: "appliance-01",
    machineId: "",
    addresses: ["192.0.2.7"],
    primaryAddress: "192.0.2.7",
    journal: lines.map(([seconds, text]) => ({ at: ago(seconds), text })),
  },
});

/** For the tests beside the rows. */
export const started = "Starting Lightweight Kubernetes...";

/** For the tests beside the rows. */
export const K3S: [BlockerId, string][] = [
  [
    "k3s.start-port",
    'time="2026-11-21T11:59:30Z" level=fatal msg="starting kubernetes: preparing server: init cluster datastore and https: listen tcp :6443: bind: address already in use"',
  ],
  // What follows is as k3s 1.36.3 says it under systemd.
  [
    "k3s.start-port",
    'time="2026-11-21T11:59:30Z" level=fatal msg="failed to start supervisor listener: listen tcp :6443: bind: address already in use"',
  ],
  [
    "k3s.registries-invalid",
    'time="2026-11-21T11:59:30Z" level=info msg="Waiting to retrieve agent configuration; server is not ready: yaml: line 3: did not find expected key"',
  ],
  [
    "k3s.config-invalid",
    "time=\"2026-11-21T11:59:30Z\" level=fatal msg=\"yaml: line 1: did not find expected ',' or ']'\"",
  ],
  [
    "k3s.token-invalid",
    'time="2026-11-21T11:59:30Z" level=fatal msg="failed to normalize server token; must be in format K10<CA-HASH>::<USERNAME>:<PASSWORD> or <PASSWORD>"',
  ],
  [
    "node.no-default-route",
    'time="2026-11-21T11:59:30Z" level=fatal msg="no default routes found in \\"/proc/net/route\\" or \\"/proc/net/ipv6_route\\""',
  ],
  [
    "k3s.db-corrupt",
    'time="2026-11-21T11:59:30Z" level=error msg="Failed to ping database connection: file is not a database"',
  ],
  [
    "disk.pressure",
    'time="2026-11-21T11:59:30Z" level=error msg="error in txn: database or disk is full"',
  ],
  // What kine says of a real file, a full disk and one that can only be read: tests/cluster/node/database_faults.ts.
  [
    "disk.pressure",
    'time="2026-11-21T11:59:30Z" level=error msg="Failed to ping database connection: disk I/O error: no space left on device"',
  ],
  [
    "disk.readonly",
    'time="2026-11-21T11:59:30Z" level=error msg="Failed to ping database connection: unable to open database file: no such file or directory"',
  ],
  // systemd of the unit. @see systemd v255 src/core/unit.c
  ["mem.oom-host", "k3s.service: A process of this unit has been killed by the OOM killer."],
  [
    "disk.io-error",
    'time="2026-11-21T11:59:30Z" level=error msg="error in txn: disk I/O error: input/output error"',
  ],
  [
    "node.file-watches",
    'E1121 11:59:30.1 1 run.go:72] "command failed" err="failed to run Kubelet: inotify_init: too many open files"',
  ],
  [
    "disk.readonly",
    'time="2026-11-21T11:59:30Z" level=error msg="error in txn: attempt to write a readonly database"',
  ],
  [
    "k3s.no-kmsg",
    'E1121 11:59:30.1 1 run.go:72] "command failed" err="failed to run Kubelet: failed to create kubelet: open /dev/kmsg: no such file or directory"',
  ],
  [
    "net.node-ip-changed",
    'E1121 11:59:30.1 1 kubelet.go:1] "Failed to set some node status fields" err="failed to validate nodeIP: node IP: "192.0.2.99" not found in the host\'s network interfaces" node="appliance-01"',
  ],
  [
    "net.node-ip-changed",
    'time="2026-11-21T11:59:30Z" level=fatal msg="Error: failed to find interface with specified node ip"',
  ],
  [
    "time.skew",
    'time="2026-11-21T11:59:30Z" level=error msg="remotedialer: x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:30Z is before 2026-10-01T00:00:00Z"',
  ],
  ["k3s.start-cgroup", 'time="2026-11-21T11:59:30Z" level=fatal msg="failed to find memory cgroup (v2)"'],
  [
    "k3s.db-corrupt",
    'time="2026-11-21T11:59:30Z" level=fatal msg="starting kubernetes: preparing server: creating storage endpoint: building kine: database disk image is malformed"',
  ],
  [
    "k3s.cert-expired",
    'time="2026-11-21T11:59:30Z" level=error msg="remotedialer: x509: certificate has expired or is not yet valid: current time 2026-11-21T11:59:30Z is after 2026-11-20T00:00:00Z"',
  ],
  [
    "k3s.token-mismatch",
    'time="2026-11-21T11:59:30Z" level=fatal msg="starting kubernetes: preparing server: bootstrap data already found and encrypted with different token"',
  ],
  [
    "net.node-ip-changed",
    'time="2026-11-21T11:59:30Z" level=info msg="failed to get CA certs: Get \\"https://127.0.0.1:6444/cacerts\\": tls: failed to verify certificate: x509: certificate is valid for 10.43.0.1, 127.0.0.1, 192.0.2.7, not 192.0.2.99"',
  ],
  [
    "net.node-ip-changed",
    'time="2026-11-21T11:59:30Z" level=fatal msg="starting kubernetes: preparing server: start managed database: this server is a not a member of the etcd cluster. Found [a], expect: b"',
  ],
  [
    "node.hostname-changed",
    'E1121 11:59:30.1 1 controller.go:145] "Failed to ensure lease exists" err="leases.coordination.k8s.io \\"new\\" is forbidden: User \\"system:node:old\\" cannot get resource: can only access node lease with the same name as the requesting node"',
  ],
  [
    "disk.pressure",
    'time="2026-11-21T11:59:30Z" level=fatal msg="write /var/lib/rancher/k3s/x: no space left on device"',
  ],
  [
    "disk.io-error",
    'time="2026-11-21T11:59:30Z" level=fatal msg="starting kubernetes: preparing server: creating storage endpoint: building kine: disk I/O error"',
  ],
  [
    "disk.readonly",
    'time="2026-11-21T11:59:30Z" level=fatal msg="open /var/lib/rancher/k3s/x: read-only file system"',
  ],
];

const restarts = (count: number, everySec: number): [number, string][] =>
  Array.from({ length: count }, (_, i): [number, string] => [
    (count - i) * everySec,
    `k3s.service: Scheduled restart job, restart counter is at ${i + 1}.`,
  ]);

/** For the tests beside the rows. */
export const slowSql = (count: number, time: string): [number, string][] =>
  Array.from({ length: count }, (_, i): [number, string] => [
    400 - i * 10,
    `time="2026-11-21T11:59:30Z" level=info msg="Slow SQL (started: 2026-11-21 11:59:28 +0000 UTC) (total time: ${time}): SELECT * FROM kine"`,
  ]);

/** As kine says it since it logs the time after the statement. @see https://github.com/k3s-io/kine/issues/651 */
const newSlowSql = (count: number, time: string): [number, string][] =>
  Array.from({ length: count }, (_, i): [number, string] => [
    400 - i * 10,
    `time="2026-11-21T11:59:30Z" level=info msg="Slow SQL: SELECT current_rev FROM kine WHERE name LIKE '%' ESCAPE '^' LIMIT 500" duration=${time} started="2026-11-21T11:59:28.805985111Z"`,
  ]);

/** For the tests beside the rows. */
export const machine = (host: Partial<Snapshot["host"]>, nodeFields: KubeObject[] = [node()]): Snapshot =>
  snapshotOf({ ...healthyCluster(), nodes: nodeFields }, {
    ...workingMore(),
    host: {
      name: "appliance-01",
      machineId: "",
      addresses: ["192.0.2.7"],
      primaryAddress: "192.0.2.7",
      journal: [],
      ...host,
    },
  });

/** For the tests beside the rows. */
export const lostNode = (machineID: string): KubeObject => {
  const made = node([{
    type: "Ready",
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
    lastTransitionTime: ago(300),
  }]);
  made.status.nodeInfo.machineID = machineID;
  return made;
};

function stopped(code: string): Snapshot {
  return {
    ...HEALTHY,
    setup: {
      ...HEALTHY.setup,
      status: "failed",
      stepId: "k3s",
      stepTitle: "Install Kubernetes",
      since: ago(60),
      failure: {
        category: "k3s",
        code,
        message: "The downloaded k3s is not the one that was expected (its checksum differs)",
        details: "",
        suggestedNextStep: "Look at the log of k3s",
        retrySafe: true,
      },
    },
  };
}

/** Every way in which the rules of this family find something. */
export const K3S_ROWS: readonly Row[] = [
  ...K3S.map(([id, line]): Row => ({
    name: `k3s says why it does not run`,
    id,
    hard: true,
    component: "node",
    red: silent([[80, started], [70, line], [2, started]]),
    // An older run may have failed for something that is over.
    green: silent([[500, started], [490, line], [300, started]]),
  })),
  {
    name: "restarted again and again",
    id: "k3s.crash-loop",
    red: silent([...restarts(6, 20), [1, 'time="x" level=fatal msg="something that nobody has seen"']]),
    green: silent(restarts(4, 20)),
  },
  {
    name: "ended once, with words that nobody knows",
    id: "k3s.stopped",
    hard: true,
    component: "node",
    red: silent([
      [90, started],
      [70, 'time="x" level=fatal msg="something that nobody has seen"'],
      [69, "k3s.service: Failed with result 'exit-code'."],
      [60, started],
    ]),
    green: silent([[90, started], [70, 'time="x" level=error msg="something that it came over"']]),
  },
  {
    name: "restarted long ago",
    id: "k3s.crash-loop",
    red: silent(restarts(12, 20)),
    green: silent(restarts(6, 100)),
  },
  {
    name: "slow statements",
    id: "disk.slow",
    hard: true,
    red: silent(slowSql(4, "2.351s")),
    green: silent(slowSql(4, "351.2ms")),
  },
  {
    name: "statements of minutes",
    id: "disk.slow",
    red: silent(slowSql(3, "1m2.3s")),
    green: silent(slowSql(2, "5s")),
  },
  {
    name: "the processor does not know a command of it",
    id: "node.cpu-too-old",
    hard: true,
    component: "node",
    red: silent([[70, "k3s.service: Main process exited, code=dumped, status=4/ILL"]]),
    green: silent([[70, "k3s.service: Main process exited, code=dumped, status=11/SEGV"]]),
  },
  {
    name: "slow statements as a later kine tells them",
    id: "disk.slow",
    red: silent(newSlowSql(3, "1.635096511s")),
    green: silent(newSlowSql(3, "635.09ms")),
  },
  {
    name: "by the cluster",
    id: "net.node-ip-changed",
    hard: true,
    red: machine({ addresses: ["192.0.2.99"] }),
    green: machine({ addresses: ["198.51.100.1", "192.0.2.7"] }),
  },
  {
    name: "only of this machine",
    id: "net.node-ip-changed",
    red: machine({ addresses: ["192.0.2.99"], machineId: "a" }),
    green: machine({ addresses: ["192.0.2.99"], name: "another" }),
  },
  {
    name: "by the cluster",
    id: "node.hostname-changed",
    red: machine({ name: "psa-server", machineId: "m1" }, [lostNode("m1")]),
    green: machine({ name: "psa-server", machineId: "m1" }, [lostNode("m2")]),
  },
  {
    name: "wrong sum",
    id: "k3s.download",
    red: stopped("CHECKSUM_MISMATCH"),
    green: stopped("DOWNLOAD_FAILED"),
  },
];
