import assert from "node:assert/strict";
import { type BlockerId, CAUSES } from "../../../agent/causes/cause.ts";
import { explain } from "../../../agent/explain/explain.ts";
import { RULES } from "../../../agent/explain/rules.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import {
  ago,
  bootstrapJob,
  broken,
  type Cluster,
  crashed,
  deployment,
  event,
  flux,
  healthyCluster,
  node,
  notReady,
  NOW_MS,
  podOf,
  pvc,
  ready,
  snapshotOf,
  stalled,
  waiting,
  workingMore,
} from "../status/objects.ts";

type KubeObject = Cluster["pods"][number];

interface Row {
  name: string;
  id: BlockerId;
  red: Snapshot;
  /** The same without the cause. */
  green: Snapshot;
  hard?: boolean;
  component?: string;
}

const IMAGE = "registry.nx.test/alga/app:1";

function found(snapshot: Snapshot) {
  const facts = makeFacts(snapshot, NOW_MS);
  return RULES.flatMap((rule) => rule.find(facts));
}

function of(
  component: string,
  pods: KubeObject[],
  events: KubeObject[] = [],
  more: Partial<Snapshot> = {},
): Snapshot {
  return snapshotOf(broken(component, { pods, events }), more);
}

/** A pod of alga-core whose image cannot be pulled with this text. */
function pull(text: string, reason = "ImagePullBackOff"): Snapshot {
  const message = reason === "ImagePullBackOff"
    ? `Back-off pulling image "${IMAGE}": ErrImagePull: ${text}`
    : text;
  return of("alga-core", [podOf("alga-core", waiting(reason, message), { images: { sebastian: IMAGE } })]);
}

const GREEN_PULL = of("alga-core", [
  podOf("alga-core", waiting("ContainerCreating"), { images: { sebastian: IMAGE } }),
]);
const REQUEST =
  `failed to pull and unpack image "${IMAGE}": failed to resolve image: failed to do request: Head "https://registry.nx.test/v2/alga/app/manifests/1": `;

const PULLS: [BlockerId, string][] = [
  [
    "img.not-found",
    `rpc error: code = NotFound desc = failed to pull and unpack image "R/busybox:nope": failed to resolve image: R/busybox:nope: not found`,
  ],
  ["dns.nxdomain", `${REQUEST}dial tcp: lookup registry.nx.test on 127.0.0.2:53: no such host`],
  ["dns.servfail", `${REQUEST}dial tcp: lookup registry.servfail.test on 127.0.0.2:53: server misbehaving`],
  [
    "dns.refused",
    `${REQUEST}dial tcp: lookup registry.nx.test on 127.0.0.2:53: read udp 127.0.0.1:43187->127.0.0.2:53: read: connection refused`,
  ],
  [
    "dns.timeout",
    `${REQUEST}dial tcp: lookup registry.blackhole.test on 127.0.0.2:53: read udp 127.0.0.1:53660->127.0.0.2:53: i/o timeout`,
  ],
  ["net.egress", `${REQUEST}dial tcp 127.0.0.1:5998: connect: connection refused`],
  [
    "net.egress",
    `rpc error: code = NotFound desc = ${REQUEST}dial tcp 127.0.0.1:5998: connect: connection refused`,
  ],
  ["net.egress", `rpc error: code = DeadlineExceeded desc = ${REQUEST}dial tcp 10.41.0.1:5999: i/o timeout`],
  ["net.egress", `${REQUEST}dial tcp 10.41.0.9:443: connect: no route to host`],
  ["net.no-route", `${REQUEST}dial tcp 192.0.2.1:443: connect: network is unreachable`],
  [
    "reg.auth",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
  ],
  [
    "reg.auth",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.nx.test/token?scope=x: 403 Forbidden`,
  ],
  [
    "reg.ratelimit",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: unexpected status from HEAD request to https://registry.nx.test/v2/alga/app/manifests/1: 429 Too Many Requests`,
  ],
  [
    "reg.unavailable",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: unexpected status from HEAD request to https://registry.nx.test/v2/alga/app/manifests/1: 503 Service Unavailable`,
  ],
  [
    "net.tls-intercept",
    `${REQUEST}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  ["net.tls-intercept", `${REQUEST}tls: first record does not look like a TLS handshake`],
  [
    "time.skew",
    `${REQUEST}tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:00Z is before 2026-01-01T00:00:00Z`,
  ],
  ["net.proxy-auth", `${REQUEST}Proxy Authentication Required`],
  ["net.proxy-denied", `${REQUEST}Forbidden`],
  ["net.proxy-down", `${REQUEST}proxyconnect tcp: dial tcp 192.0.2.8:3128: connect: connection refused`],
  ["img.arch", `failed to pull and unpack image "${IMAGE}": no match for platform in manifest: not found`],
  [
    "img.no-space",
    `failed to pull and unpack image "${IMAGE}": failed to extract layer sha256:aa: write /var/lib/x: no space left on device: unknown`,
  ],
  [
    "img.interrupted",
    `failed to pull and unpack image "${IMAGE}": failed to copy: httpReadSeeker: failed open: unexpected EOF`,
  ],
  [
    "img.interrupted",
    `rpc error: code = Canceled desc = failed to pull and unpack image "${IMAGE}": context canceled`,
  ],
  ["img.pull-failed", `failed to pull and unpack image "${IMAGE}": something that nobody has seen`],
];

const CRASHES: [BlockerId, Parameters<typeof podOf>[0], string, string][] = [
  [
    "app.temporal-schema",
    "temporal",
    "temporal",
    'sql schema version compatibility check failed: version mismatch for keyspace/database: "temporal"',
  ],
  [
    "cfg.service-links",
    "temporal-ui",
    "temporal-ui",
    "config file corrupted: yaml: unmarshal errors: line 5: cannot unmarshal !!str `tcp://1...` into int",
  ],
  ["app.db-version", "db", "db", "FATAL:  database files are incompatible with server"],
  ["app.db-start", "db", "db", "PANIC:  could not locate a valid checkpoint record"],
  [
    "stor.owner",
    "db",
    "db",
    "initdb: error: could not change permissions of directory: Operation not permitted",
  ],
  ["disk.readonly", "redis", "redis", "Can't open or create append-only dir: Read-only file system"],
  [
    "app.db-auth",
    "pgbouncer",
    "pgbouncer",
    'server login failed: FATAL password authentication failed for user "app_user"',
  ],
  ["app.redis", "workflow-worker", "workflow-worker", "ReplyError: NOAUTH Authentication required."],
  [
    "img.arch",
    "email-service",
    "email-service",
    "exec /usr/local/bin/docker-entrypoint.sh: exec format error",
  ],
  [
    "img.arch",
    "email-service",
    "email-service",
    "/app/start: line 1: \u007fELF\u0002\u0001\u0001: not found",
  ],
  [
    "dns.coredns-loop",
    "coredns",
    "coredns",
    '[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :1053) detected for zone "."',
  ],
  ["dns.coredns-none", "coredns", "coredns", "plugin/forward: no nameservers found"],
  ["app.crash", "workflow-worker", "workflow-worker", "Error: something that nobody has seen"],
];

function crash(component: Parameters<typeof podOf>[0], container: string, line: string): Snapshot {
  const pod = podOf(component, crashed("waiting", { restarts: 6 }));
  return of(component, [pod], [], {
    logs: [{
      namespace: pod.metadata.namespace ?? "",
      pod: pod.metadata.name,
      container,
      restartCount: 6,
      lines: ["starting", line],
    }],
  });
}

function release(name: string, conditions: Record<string, unknown>[], options = {}): Snapshot {
  const cluster = healthyCluster();
  return snapshotOf({
    ...cluster,
    flux: cluster.flux.map((it) =>
      it.kind === "HelmRelease" && it.metadata.name === name
        ? flux("HelmRelease", name, conditions, options)
        : it
    ),
  }, workingMore());
}

function fluxObject(
  kind: string,
  name: string,
  conditions: Record<string, unknown>[],
  options = {},
): Snapshot {
  const cluster = healthyCluster();
  return snapshotOf({
    ...cluster,
    flux: cluster.flux.map((it) =>
      it.kind === kind && it.metadata.name === name ? flux(kind, name, conditions, options) : it
    ),
  });
}

const HEALTHY = snapshotOf(healthyCluster(), workingMore());
const subPathPod = podOf(
  "db",
  waiting(
    "CreateContainerConfigError",
    'failed to create subPath directory for volumeMount "db-data" of container "db"',
  ),
  { claims: ["alga-core-sebastian-postgres-data"] },
);
const mountPod = podOf("alga-core", waiting("ContainerCreating"));
const claim = pvc("alga-core-sebastian-postgres-data", "Pending");
const freshClaim = pvc("alga-core-sebastian-postgres-data", "Pending", { createdSecAgo: 20 });
const slowPod = podOf("alga-core", waiting("ContainerCreating"), {
  images: { sebastian: "ghcr.io/nine-minds/alga-psa-ee:1" },
});
const pulling = (secondsAgo: number) =>
  event(slowPod, "Pulling", 'Pulling image "ghcr.io/nine-minds/alga-psa-ee:1"', {
    type: "Normal",
    secondsAgo,
    container: "sebastian",
  });
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
const failedJob = (lines: string[]): Snapshot =>
  snapshotOf(
    broken("alga-core", {
      jobs: [
        bootstrapJob({
          failed: 7,
          conditions: [{
            type: "Failed",
            status: "True",
            reason: "BackoffLimitExceeded",
            message: "Job has reached the specified backoff limit",
            lastTransitionTime: ago(60),
          }],
        }),
      ],
    }),
    { bootstrapLog: { pod: "alga-core-sebastian-bootstrap-r7q4t", tail: lines } },
  );
const runningJob = snapshotOf(broken("alga-core", { jobs: [bootstrapJob({ active: 1 })] }), {
  bootstrapLog: { pod: "p", tail: ["2026-11-21T11:59:00.1Z Running migrations"] },
});
const probe = (statusCode: number | undefined, location: string | undefined, error = "") => ({
  at: ago(2),
  url: "http://192.0.2.7:3000/auth/signin",
  statusCode,
  location,
  error,
  privateCertificate: false,
});
const appRuns = [
  podOf("alga-core", { state: { running: { startedAt: ago(600) } }, ready: true, imageID: "sha256:1" }, {
    phase: "Running",
    conditions: [],
  }),
];
const withApp = (local: ReturnType<typeof probe>, open?: ReturnType<typeof probe>): Snapshot =>
  snapshotOf({ ...healthyCluster(), pods: appRuns }, {
    ...workingMore(),
    probes: { local, public: open, registry: undefined },
  });
const api = (state: "not-answering" | "answering", seconds: number): Snapshot => ({
  ...HEALTHY,
  api: {
    state,
    since: ago(seconds),
    lastContactAt: ago(seconds),
    error: "connection refused",
    version: "v1",
  },
});
const notReadyNode = (reason: string, message: string, status = "False") =>
  snapshotOf({
    ...healthyCluster(),
    nodes: [node([{ type: "Ready", status, reason, message, lastTransitionTime: ago(300) }])],
  });

/** The same appliance while its k3s does not answer and says these lines, seconds ago each. */
const silent = (lines: [secondsAgo: number, text: string][]): Snapshot => ({
  ...api("not-answering", 90),
  host: {
    name: "appliance-01",
    machineId: "",
    addresses: ["192.0.2.7"],
    primaryAddress: "192.0.2.7",
    journal: lines.map(([seconds, text]) => ({ at: ago(seconds), text })),
  },
});
const started = "Starting Lightweight Kubernetes...";
const K3S: [BlockerId, string][] = [
  [
    "k3s.start-port",
    'time="2026-11-21T11:59:30Z" level=fatal msg="starting kubernetes: preparing server: init cluster datastore and https: listen tcp :6443: bind: address already in use"',
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
    "disk.readonly",
    'time="2026-11-21T11:59:30Z" level=fatal msg="open /var/lib/rancher/k3s/x: read-only file system"',
  ],
];
const restarts = (count: number, everySec: number): [number, string][] =>
  Array.from({ length: count }, (_, i): [number, string] => [
    (count - i) * everySec,
    `k3s.service: Scheduled restart job, restart counter is at ${i + 1}.`,
  ]);
const slowSql = (count: number, time: string): [number, string][] =>
  Array.from({ length: count }, (_, i): [number, string] => [
    400 - i * 10,
    `time="2026-11-21T11:59:30Z" level=info msg="Slow SQL (started: 2026-11-21 11:59:28 +0000 UTC) (total time: ${time}): SELECT * FROM kine"`,
  ]);
const machine = (host: Partial<Snapshot["host"]>, nodeFields: KubeObject[] = [node()]): Snapshot =>
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
const lostNode = (machineID: string): KubeObject => {
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
        suggestedNextStep: "Look",
        retrySafe: true,
      },
    },
  };
}

function handshake(secondsAgo: number): Snapshot {
  const text = `${REQUEST}net/http: TLS handshake timeout`;
  const made = podOf("alga-core", waiting("ErrImagePull", text), { images: { sebastian: IMAGE } });
  return of("alga-core", [made], [
    event(made, "Failed", `Failed to pull image "${IMAGE}": ${text}`, {
      container: "sebastian",
      firstSecAgo: secondsAgo,
      count: 5,
    }),
  ]);
}

const ROWS: Row[] = [
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
  {
    name: "handshakes hang",
    id: "net.mtu",
    red: handshake(900),
    green: handshake(300),
  },
  {
    name: "mode fresh on existing data",
    id: "app.seed-guard",
    red: failedJob(["ERROR: Existing application database state detected while bootstrap.mode=fresh"]),
    green: failedJob(["ERROR: Configured seed directory does not exist: /app/x"]),
  },

  ...PULLS.map(([id, text], index): Row => ({
    name: `pull text ${index}`,
    id,
    red: pull(text),
    green: GREEN_PULL,
  })),
  ...CRASHES.map(([id, component, container, line]): Row => ({
    name: `crash of ${component}`,
    id,
    red: crash(component, container, line),
    green: of(component, [
      podOf(component, { state: { running: { startedAt: ago(300) } }, ready: true, restartCount: 0 }, {
        phase: "Running",
      }),
    ]),
  })),
  {
    name: "out of memory",
    id: "mem.oom-container",
    red: of("redis", [podOf("redis", crashed("waiting", { exitCode: 137, reason: "OOMKilled" }))]),
    green: of("redis", [podOf("redis", crashed("waiting"))]),
  },
  {
    name: "invalid image name",
    id: "img.invalid",
    red: of("db", [
      podOf(
        "db",
        waiting(
          "InvalidImageName",
          'Failed to apply default image tag "R//x": couldn\'t parse image name "R//x": invalid reference format',
        ),
      ),
    ]),
    green: GREEN_PULL,
  },
  {
    name: "may not be downloaded",
    id: "img.invalid",
    red: of("db", [
      podOf(
        "db",
        waiting("ErrImageNeverPull", 'Container image "R/never:1" is not present with pull policy of Never'),
      ),
    ]),
    green: GREEN_PULL,
  },
  {
    name: "binary missing",
    id: "app.crash",
    red: of("redis", [
      podOf(
        "redis",
        crashed("waiting", {
          exitCode: 128,
          reason: "StartError",
          message:
            'failed to create containerd task: failed to create shim task: OCI runtime create failed: exec: "/no/such/binary": stat /no/such/binary: no such file or directory',
        }),
      ),
    ]),
    green: of("redis", []),
  },
  {
    name: "slow pull",
    id: "img.slow",
    hard: false,
    red: of("alga-core", [slowPod], [pulling(400)]),
    green: of("alga-core", [slowPod], [pulling(200)]),
  },
  {
    name: "stalled pull",
    id: "img.stalled",
    hard: true,
    red: of("alga-core", [slowPod], [pulling(3_000)]),
    green: of("alga-core", [slowPod], [pulling(400)]),
  },
  {
    name: "missing secret",
    id: "cfg.missing-secret",
    red: of("alga-core", [
      podOf("alga-core", waiting("CreateContainerConfigError", 'secret "absent" not found')),
    ]),
    green: of("alga-core", [podOf("alga-core", waiting("ContainerCreating"))]),
  },
  {
    name: "missing key",
    id: "cfg.missing-secret",
    red: of("alga-core", [
      podOf("alga-core", waiting("CreateContainerConfigError", "couldn't find key a in ConfigMap NS/have")),
    ]),
    green: of("alga-core", []),
  },
  {
    name: "absent secret object",
    id: "cfg.missing-secret",
    red: snapshotOf({ ...broken("alga-core", {}), secrets: [] }),
    green: of("alga-core", []),
  },
  {
    name: "post-start hook",
    id: "cfg.container",
    red: of("redis", [
      podOf(
        "redis",
        waiting(
          "PostStartHookError",
          'Exec lifecycle hook ([sh -c exit 4]) for Container "app" in Pod "x" failed - error: command exited with 4: , message: "hook broke\\n"',
        ),
      ),
    ]),
    green: of("redis", []),
  },
  {
    name: "sub-path",
    id: "stor.subpath",
    component: "db",
    red: of("db", [subPathPod]),
    green: of("db", [podOf("db", waiting("ContainerCreating"))]),
  },
  {
    name: "mount",
    id: "stor.mount",
    red: of("alga-core", [mountPod], [
      event(mountPod, "FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "absent" not found', {
        firstSecAgo: 120,
      }),
    ]),
    green: of("alga-core", [mountPod], [
      event(mountPod, "FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "absent" not found', {
        secondsAgo: 1_200,
      }),
    ]),
  },
  {
    name: "pod network",
    id: "k3s.not-ready-cni",
    red: of("alga-core", [mountPod], [
      event(
        mountPod,
        "FailedCreatePodSandBox",
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "ID": plugin type="flannel" failed (add): x',
        { firstSecAgo: 120 },
      ),
    ]),
    green: of("alga-core", [mountPod]),
  },
  {
    name: "no storage class",
    id: "stor.pvc-pending",
    red: snapshotOf({
      ...broken("db", {}),
      pvcs: [claim],
      storageClasses: [],
      events: [
        event(
          claim,
          "FailedBinding",
          "no persistent volumes available for this claim and no storage class is set",
          { type: "Normal" },
        ),
      ],
    }),
    green: snapshotOf({ ...broken("db", {}), pvcs: [claim] }),
  },
  {
    name: "no storage class a while ago",
    id: "stor.pvc-pending",
    red: snapshotOf({
      ...broken("db", {}),
      pvcs: [claim],
      events: [event(claim, "FailedBinding", "no storage class is set", { type: "Normal", secondsAgo: 60 })],
    }),
    green: snapshotOf({
      ...broken("db", {}),
      pvcs: [claim],
      events: [
        event(claim, "FailedBinding", "no storage class is set", { type: "Normal", secondsAgo: 1_800 }),
      ],
    }),
  },
  {
    name: "silent provisioner",
    id: "stor.provisioner",
    red: snapshotOf({
      ...broken("db", {}),
      pvcs: [claim],
      events: [
        event(
          claim,
          "ExternalProvisioning",
          "Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the system administrator.",
          { type: "Normal" },
        ),
      ],
    }),
    green: snapshotOf({
      ...broken("db", {}),
      pvcs: [freshClaim],
      events: [
        event(freshClaim, "ExternalProvisioning", "Waiting for a volume to be created", { type: "Normal" }),
      ],
    }),
  },
  {
    name: "failed provisioning",
    id: "stor.provisioner",
    red: snapshotOf({
      ...broken("db", {}),
      pvcs: [claim],
      events: [
        event(
          claim,
          "ProvisioningFailed",
          'failed to provision volume with StorageClass "local-path": mkdir /data: permission denied',
        ),
      ],
    }),
    green: HEALTHY,
  },
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
  { name: "bootstrap runs", id: "app.bootstrap-running", hard: false, red: runningJob, green: HEALTHY },
  {
    name: "bootstrap failed",
    id: "app.bootstrap-failed",
    red: failedJob(["2026-11-21T11:59:00.1Z ERROR: Configured seed directory does not exist: /app/x"]),
    green: runningJob,
  },
  {
    name: "migration failed",
    id: "app.migration-failed",
    red: failedJob([
      "Running migrations",
      'migration file "20261101_x.cjs" failed',
      "ERROR: Migration failed",
    ]),
    green: runningJob,
  },
  {
    name: "bootstrap password",
    id: "app.db-auth",
    red: failedJob(["ERROR: PostgreSQL authentication failed for user postgres"]),
    green: runningJob,
  },
  {
    name: "bootstrap without database",
    id: "app.db-start",
    red: failedJob(["ERROR: PostgreSQL did not become reachable within 300s"]),
    green: runningJob,
  },
  {
    name: "app silent",
    id: "app.probe",
    red: withApp(probe(undefined, undefined, "Connection refused")),
    green: withApp(probe(200, undefined)),
  },
  {
    name: "unready container",
    id: "app.probe",
    red: of("pgbouncer", [
      podOf("pgbouncer", { state: { running: { startedAt: ago(400) } }, ready: false, imageID: "x" }, {
        phase: "Running",
      }),
    ]),
    green: of("pgbouncer", [
      podOf("pgbouncer", { state: { running: { startedAt: ago(30) } }, ready: false, imageID: "x" }, {
        phase: "Running",
      }),
    ]),
  },
  {
    name: "placeholder address",
    id: "app.url",
    hard: true,
    red: withApp(probe(307, "https://alga.local/auth/signin")),
    green: withApp(probe(307, "https://psa.example.com/auth/signin")),
  },
  {
    name: "address elsewhere",
    id: "app.url",
    hard: false,
    red: withApp(probe(200, undefined), {
      ...probe(undefined, undefined, "Its name is not known to DNS"),
      url: "https://psa.example.com",
    }),
    green: withApp(probe(200, undefined), {
      ...probe(302, "/msp/dashboard"),
      url: "https://psa.example.com",
    }),
  },
  {
    name: "untrusted address",
    id: "app.certificate",
    hard: false,
    red: withApp(probe(200, undefined), {
      ...probe(302, "/msp/dashboard", "Its certificate has expired"),
      url: "https://psa.example.com",
      privateCertificate: true,
    }),
    green: withApp(probe(200, undefined), {
      ...probe(302, "/msp/dashboard"),
      url: "https://psa.example.com",
    }),
  },
  {
    name: "registry silent",
    id: "net.egress",
    red: {
      ...HEALTHY,
      probes: {
        ...HEALTHY.probes,
        registry: {
          at: ago(5),
          ok: false,
          message: "ghcr.io: it cannot be reached",
          failure: {
            code: "tcp",
            host: "ghcr.io",
            detail: "tcp connect error: Connection refused (os error 111)",
          },
        },
      },
    },
    green: HEALTHY,
  },
  {
    name: "registry trouble",
    id: "net.registry",
    red: {
      ...HEALTHY,
      probes: {
        ...HEALTHY.probes,
        registry: { at: ago(5), ok: false, message: "It answered something odd" },
      },
    },
    green: HEALTHY,
  },
  {
    name: "source 401",
    id: "flux.source-auth",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactPullFailed",
        "failed to determine artifact digest: GET https://ghcr.io/token?scope=x: DENIED: requested access to the resource is denied",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "source TLS",
    id: "flux.source-tls",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactPullFailed",
        'failed to determine artifact digest: Get "https://ghcr.io/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "source missing",
    id: "flux.source-notfound",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactPullFailed",
        "failed to determine artifact digest: GET https://ghcr.io/v2/nine-minds/x/manifests/sha256:11: MANIFEST_UNKNOWN: manifest unknown",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "source DNS",
    id: "dns.nxdomain",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactPullFailed",
        'failed to determine artifact digest: Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 10.43.0.10:53: no such host',
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "source odd",
    id: "flux.source-failed",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactLayerOperationFailed",
        "failed to extract layer contents from artifact: gzip: invalid header",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "signature",
    id: "flux.verify",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "VerificationError",
        "failed to verify the signature using provider 'cosign': no matching signatures were found",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "build",
    id: "flux.build",
    red: fluxObject("Kustomization", "alga-core", [
      notReady("BuildFailed", "kustomize build failed: accumulating resources: x"),
    ]),
    green: HEALTHY,
  },
  {
    name: "kind missing",
    id: "flux.crd-missing",
    red: fluxObject("Kustomization", "alga-core", [
      notReady(
        "ReconciliationFailed",
        'HelmRelease/alga-system/alga-core dry-run failed: no matches for kind "HelmRelease" in version "helm.toolkit.fluxcd.io/v2"',
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "kinds missing",
    id: "flux.crd-missing",
    red: { ...HEALTHY, missingFluxKinds: ["HelmRelease"] },
    green: HEALTHY,
  },
  {
    name: "dependency that nothing moves",
    id: "flux.dependency",
    hard: false,
    red: fluxObject("Kustomization", "alga-core", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-platform' is not ready", {
        lastTransitionTime: ago(46 * 60),
      }),
    ]),
    // The parts come one after the other.
    green: fluxObject("Kustomization", "alga-core", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-platform' is not ready", {
        lastTransitionTime: ago(44 * 60),
      }),
    ]),
  },
  {
    name: "dependency that is not there",
    id: "flux.dependency",
    red: fluxObject("Kustomization", "alga-core", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-nothing' is not ready", {
        lastTransitionTime: ago(130),
      }),
    ]),
    green: fluxObject("Kustomization", "alga-core", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-nothing' is not ready", {
        lastTransitionTime: ago(60),
      }),
    ]),
  },
  {
    name: "health check",
    id: "flux.health-check",
    red: fluxObject("Kustomization", "alga-core", [
      notReady(
        "HealthCheckFailed",
        "health check failed after 30m: timeout waiting for: [Deployment/msp/part status: 'InProgress']",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "suspended",
    id: "flux.suspended",
    red: release("pgbouncer", [ready()], { suspend: true }),
    green: HEALTHY,
  },
  {
    name: "values that are not there",
    id: "cfg.missing-secret",
    component: "temporal",
    red: release("temporal", [
      notReady(
        "ValuesError",
        `could not resolve ConfigMap chart values reference 'alga-system/appliance-values-temporal' with key 'values.yaml': configmaps "appliance-values-temporal" not found`,
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "values that are no values",
    id: "flux.build",
    red: release("temporal", [
      notReady(
        "ValuesError",
        "could not resolve ConfigMap chart values reference 'alga-system/x' with key 'y': unable to parse values",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "release that the API refused for a moment",
    id: "flux.build",
    hard: false,
    red: release("temporal", [
      notReady("StateError", "Could not determine release state: etcdserver: leader changed"),
    ]),
    green: HEALTHY,
  },
  {
    name: "what is to go and does not",
    id: "flux.build",
    red: fluxObject("Kustomization", "alga-core", [
      notReady("PruneFailed", "Deployment/msp/x delete failed: admission denied"),
    ]),
    green: HEALTHY,
  },
  {
    name: "stalled",
    id: "flux.stalled",
    red: release("temporal", [notReady("UpgradeFailed", "Helm upgrade failed: cannot patch"), stalled()]),
    green: HEALTHY,
  },
  {
    name: "helm timeout",
    id: "flux.helm-timeout",
    red: release("temporal", [
      notReady(
        "InstallFailed",
        "Helm install failed for release msp/temporal with chart temporal@0.1.0: context deadline exceeded",
      ),
      stalled(),
    ]),
    green: HEALTHY,
  },
  {
    name: "helm timeout of a busy node",
    id: "flux.helm-timeout",
    red: release("temporal", [
      notReady(
        "InstallFailed",
        "Helm install failed for release msp/temporal with chart temporal@0.1.0: client rate limiter Wait returned an error: rate: Wait(n=1) would exceed context deadline",
      ),
      stalled(),
    ]),
    green: HEALTHY,
  },
  {
    name: "helm timeout of an older generation",
    id: "flux.stalled",
    red: release("temporal", [notReady("UpgradeFailed", "cannot patch"), stalled()]),
    green: release("temporal", [notReady("UpgradeFailed", "cannot patch"), stalled()], {
      generation: 2,
      observedGeneration: 1,
    }),
  },
  {
    name: "helm pending",
    id: "flux.helm-pending",
    red: release("temporal", [
      notReady(
        "UpgradeFailed",
        "Helm upgrade failed: another operation (install/upgrade/rollback) is in progress",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "old data",
    id: "app.db-auth",
    component: "db",
    red: release("alga-core", [
      notReady(
        "InstallFailed",
        "execution error at (sebastian/templates/postgres/secrets.yaml): Refusing to generate db-credentials because PVC alga-core-sebastian-postgres-data already exists",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "controller",
    id: "flux.controller-down",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("flux-system", "helm-controller", { ready: 0, createdSecAgo: 300 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("flux-system", "helm-controller", { ready: 0, createdSecAgo: 30 })],
    }),
  },
  {
    name: "name service",
    id: "platform.part-down",
    component: "coredns",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("kube-system", "coredns", { ready: 0, createdSecAgo: 300 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("flux-system", "helm-controller", { ready: 0, createdSecAgo: 300 })],
    }),
  },
  {
    name: "connection pool for long",
    id: "core.degraded",
    component: "pgbouncer",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "pgbouncer", { ready: 0, createdSecAgo: 1_200 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "pgbouncer", { ready: 0, createdSecAgo: 300 })],
    }),
  },
  {
    name: "application for long",
    id: "login.degraded",
    component: "alga-core",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "alga-core-sebastian", { ready: 0, createdSecAgo: 1_200 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "email-service", { ready: 0, createdSecAgo: 1_200 })],
    }),
  },
  {
    name: "background for long",
    id: "bg.degraded",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "email-service", { ready: 0, createdSecAgo: 1_200 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "email-service", { ready: 0, createdSecAgo: 300 })],
    }),
  },
  {
    name: "background switched off",
    id: "bg.degraded",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "email-service", { ready: 0, replicas: 0, createdSecAgo: 300 })],
    }),
    green: HEALTHY,
  },
  {
    name: "damaged record",
    id: "agent.state-damaged",
    hard: false,
    red: {
      ...HEALTHY,
      remembered: { ...HEALTHY.remembered, stateDamage: "journal.jsonl line 4: wrong checksum" },
    },
    green: HEALTHY,
  },
  {
    name: "set-up stopped",
    id: "agent.setup-failed",
    red: {
      ...HEALTHY,
      setup: {
        ...HEALTHY.setup,
        status: "failed",
        stepTitle: "Install Kubernetes",
        since: ago(60),
        failure: {
          category: "k3s",
          code: "K3S_FAILED",
          message: "Cannot start k3s",
          details: "",
          suggestedNextStep: "Look at the log of k3s",
          retrySafe: true,
        },
      },
    },
    green: HEALTHY,
  },
];

for (const row of ROWS) {
  Deno.test(`${row.id} is found: ${row.name}`, () => {
    const hit = found(row.red).find((it) => it.id === row.id);
    assert.ok(hit, `found only ${found(row.red).map((it) => it.id).join(", ")}`);
    if (row.hard !== undefined) assert.equal(hit.hard, row.hard);
    if (row.component !== undefined) assert.equal(hit.component, row.component);
    assert.ok(Date.parse(hit.since) <= NOW_MS);
  });
  Deno.test(`${row.id} is not found without its cause: ${row.name}`, () => {
    assert.deepEqual(found(row.green).filter((it) => it.id === row.id), []);
  });
}

for (const [id, line] of K3S) {
  Deno.test(`${id} stands before "Kubernetes does not answer" and every part that waits: ${line.slice(0, 90)}`, () => {
    const status = evaluate(silent([[80, started], [70, line], [2, started]]), NOW_MS);
    assert.equal(status.topBlockers[0]?.id, id);
    assert.ok(status.topBlockers.every((it) => it.id !== "k3s.api-down"));
    assert.equal(status.rollup.state, "failed_action_required");
  });
}

Deno.test("a new address stands before the machine that Kubernetes has lost by it", () => {
  const status = evaluate(machine({ addresses: ["192.0.2.99"] }, [lostNode("")]), NOW_MS);
  assert.deepEqual(status.topBlockers.map((it) => it.id), ["net.node-ip-changed"]);
  assert.match(status.topBlockers[0]?.reason ?? "", /192\.0\.2\.7/);
});

Deno.test("a slow disk that may pass does not hide that Kubernetes is silent", () => {
  const young = silent(slowSql(4, "2.3s").map(([seconds, text]) => [seconds - 350, text]));
  assert.equal(evaluate(young, NOW_MS).topBlockers[0]?.id, "k3s.api-down");
});

Deno.test("RULES give only ids that they declare", () => {
  for (const { red } of ROWS) {
    const facts = makeFacts(red, NOW_MS);
    for (const rule of RULES) {
      for (const it of rule.find(facts)) {
        assert.ok(rule.causes.some(({ id }) => id === it.id), `${it.id} is not declared`);
      }
    }
  }
});

Deno.test("every id has a row that finds it, or is named here", () => {
  // agent.unknown is made by evaluate() when no rule matched; disk.pressure of a container shares the id of the node.
  const covered = new Set<string>([...ROWS.map((it) => it.id), "agent.unknown"]);
  assert.deepEqual(Object.keys(CAUSES).filter((it) => !covered.has(it)), []);
});

Deno.test("texts are whole sentences without gaps for every row", () => {
  for (const { red, name } of ROWS) {
    for (const it of explain(makeFacts(red, NOW_MS), { loginReady: false }).blockers) {
      for (const text of [it.title, it.reason, it.consequence, it.nextAction]) {
        assert.ok(text.length > 10 && !/undefined|null| {2}|""|\bplease\b/i.test(text), `${name}: "${text}"`);
      }
      assert.match(it.reason, /[.…]$|: .+$/, name);
      assert.doesNotMatch(it.title, /\.$/, name);
    }
  }
});

/** As the kubelet within k3s writes them. */
const OF_ONE_POD = [
  'E1121 11:59:30.1 1 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"x\\" with ErrImagePull: x509: certificate has expired or is not yet valid" pod="msp/x"',
  'E1121 11:59:30.1 1 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"x\\" with RunContainerError: mkdirat etc: read-only file system',
  'E1121 11:59:30.1 1 log.go:32] "PullImage from image service failed" err="x509: certificate is valid for 192.0.2.1, not 192.0.2.5" image="registry.test/x:1"',
  'E1121 11:59:30.1 1 kuberuntime_manager.go:1] "Unhandled Error" err="write /tmp/x: no space left on device" logger="x" pod="msp/x"',
];
for (const line of OF_ONE_POD) {
  Deno.test(`the service's word about one pod is none about the machine: ${line.slice(30, 150)}`, () => {
    const ids = found(silent([[80, started], [70, line], [2, started]])).map((it) => it.id);
    assert.deepEqual(ids.filter((it) => it !== "k3s.api-down"), []);
  });
}

Deno.test("a container that cannot be started over a read-only volume tells nothing of the disk", () => {
  const message =
    'failed to create containerd task: OCI runtime create failed: error mounting "/var/lib/x" to rootfs at "/etc/x/y": mkdirat: read-only file system';
  const pod = podOf("redis", crashed("waiting", { exitCode: 128, reason: "StartError", message }));
  const ids = found(of("redis", [pod])).map((it) => it.id);
  assert.ok(ids.includes("app.crash") && !ids.includes("disk.readonly"), ids.join(", "));
});

Deno.test("a database that denies access to a table tells nothing of the owner of files", () => {
  const pod = podOf("alga-core", crashed("waiting", { message: "error: permission denied for table users" }));
  const ids = found(of("alga-core", [pod])).map((it) => it.id);
  assert.ok(ids.includes("app.crash") && !ids.includes("stor.owner"), ids.join(", "));
});

Deno.test("a first-time setup that found its seeds there and failed later was not refused them", () => {
  const ids = found(failedJob(["Seed license_state: already there", "ERROR: no worker took the task"]));
  assert.deepEqual(ids.map((it) => it.id).filter((it) => it.startsWith("app.")), ["app.bootstrap-failed"]);
});

Deno.test("a healthy cluster has no blockers", () => {
  assert.deepEqual(evaluate(HEALTHY, NOW_MS).topBlockers, []);
});

Deno.test("a pull event is stale once the container has started", () => {
  const pod = podOf("db", { state: { running: { startedAt: ago(5) } }, ready: true, imageID: "sha256:1" }, {
    phase: "Running",
  });
  const failed = event(pod, "Failed", `Failed to pull image "x": ${PULLS[0]?.[1]}`, { container: "db" });
  assert.deepEqual(found(of("db", [pod], [failed])).filter((it) => it.id.startsWith("img.")), []);
});

Deno.test("an event of an earlier pod with the same name is ignored", () => {
  const pod = podOf("db", waiting("ContainerCreating"));
  const old = event(pod, "Failed", `Failed to pull image "x": ${PULLS[0]?.[1]}`, { container: "db" });
  old.involvedObject.uid = "another life";
  assert.deepEqual(found(of("db", [pod], [old])).filter((it) => it.id.startsWith("img.")), []);
});

Deno.test("the pull that holds the queue is named, not the ones behind it", () => {
  const first = podOf("coredns", waiting("ContainerCreating"), {
    images: { coredns: "docker.io/rancher/coredns:1" },
  });
  const second = podOf("db", waiting("ContainerCreating"), { images: { db: "pgvector/pgvector:1" } });
  const events = [
    event(first, "Pulling", 'Pulling image "docker.io/rancher/coredns:1"', {
      type: "Normal",
      secondsAgo: 420,
      container: "coredns",
    }),
    event(second, "Pulling", 'Pulling image "pgvector/pgvector:1"', {
      type: "Normal",
      secondsAgo: 410,
      container: "db",
    }),
  ];
  const status = evaluate(of("db", [first, second], events), NOW_MS);
  const slow = status.topBlockers.filter((it) => it.id === "img.slow");
  assert.deepEqual(slow.map((it) => it.component), ["coredns"]);
  assert.ok(slow[0]?.evidence.some((it) => it.label === "Waits behind it" && it.text.includes("pgvector")));
  assert.match(
    status.activeOperations.find((it) => it.component === "db")?.message ?? "",
    /waits: coredns is being downloaded first/,
  );
});

Deno.test("every claim of a rule is made by a row", () => {
  const silent = RULES.flatMap((rule) => {
    const given = new Set(ROWS.flatMap(({ red }) => rule.find(makeFacts(red, NOW_MS)).map((it) => it.id)));
    return rule.causes.filter((it) => !given.has(it.id)).map((it) => `${RULES.indexOf(rule)} ${it.id}`);
  });
  assert.deepEqual(silent, []);
});
