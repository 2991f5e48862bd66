import type { BlockerId } from "../../../../agent/causes/cause.ts";
import { pulled } from "./downloads.ts";
import { release } from "./installers.ts";
import { ENDED, fatal, journal, withCondition } from "./machines.ts";
import { said } from "./programs.ts";
import type { Relative } from "./relative.ts";
import { inPod, waits } from "./starts.ts";

const PULL = 'failed to pull and unpack image "ghcr.io/nine-minds/email-service:0a1b2c3d": ';
const SANDBOX = "Failed to create pod sandbox: rpc error: code = Unknown desc = ";

/** One word of a speaker alone, so that no other word of the same sentence can stand in for it. */
const DOWNLOADS: readonly [id: BlockerId, ends: readonly string[]][] = [
  ["img.store-damaged", [
    "failed to get reader of the content store: not found",
    "failed to prepare snapshot: object sha256:aa: not found",
    "failed to get snapshot sha256:aa: not found",
    "failed to create snapshot: object sha256:aa: not found",
    "failed to walk snapshots: not found",
    "missing content sha256:aa",
    "missing blob sha256:aa",
    "failed to read config: blob not found",
    "open /var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content/blobs/sha256/aa: no such file or directory",
    'snapshot "k8s.io/9/aa" does not exist: not found',
    "unexpected commit digest sha256:bb, expected sha256:aa",
    'failed commit on ref "layer-sha256:aa": failed precondition',
    "gzip: invalid checksum",
    "failed size validation: 12 != 13: failed precondition",
    "mismatched image rootfs and manifest layers",
  ]],
  ["reg.auth", [
    "failed to resolve image: pull access denied",
    "failed to resolve image: insufficient_scope: the token does not reach so far",
    "failed to resolve image: unauthorized",
    "failed to resolve image: no basic auth credentials",
    "failed to resolve image: unexpected status code: 401",
    "failed to resolve image: unexpected status code 403: odd",
    "failed to resolve image: unexpected status: forbidden by policy",
    "failed to resolve image: server message: authorization failed",
  ]],
  ["reg.ratelimit", [
    "failed to resolve image: toomanyrequests: slow down",
    "failed to resolve image: unexpected status: too many requests",
    "failed to resolve image: unexpected status code: 429",
    "failed to resolve image: rate limit exceeded",
  ]],
  ["reg.unavailable", [
    "failed to resolve image: unexpected status code: 500",
    "failed to resolve image: unexpected status code 503: odd",
    "failed to resolve image: unexpected status: internal server error",
    "failed to resolve image: unexpected status: bad gateway",
    "failed to resolve image: unexpected status: gateway time-out",
  ]],
  ["img.not-found", [
    "failed to resolve image: manifest unknown",
    "failed to resolve image: NAME_UNKNOWN: repository name",
    "failed to resolve image: unexpected status code: 404",
    "failed to resolve image: unexpected status code 404: odd",
  ]],
  ["net.proxy-auth", [
    'failed to resolve image: failed to do request: Head "https://ghcr.io/v2/": unexpected status code: 407',
    'failed to resolve image: failed to do request: Head "https://ghcr.io/v2/": 407: odd',
  ]],
];

const PROGRAMS: readonly [id: BlockerId, component: Parameters<typeof said>[0], lines: readonly string[]][] =
  [
    ["app.redis-damaged", "redis", [
      "1:M # Short read or OOM loading DB. Unrecoverable error, aborting now.",
      "1:M # Wrong signature trying to load DB from file",
      "1:M # Terminating server after rdb file reading failure.",
      "1:M # RDB CRC error",
      "1:M # AOF loading aborted",
      "1:M # Unexpected end of file reading the append only file. You can: 1) Make a backup of your AOF file",
      "1:M # Error opening/reading the append only file",
    ]],
    ["app.db-start", "db", [
      "FATAL:  invalid primary checkpoint record",
      "LOG:  could not locate a valid checkpoint record at 0/15D5F90",
      'FATAL:  could not open relation mapping file "global/pg_filenode.map"',
      'FATAL:  could not open file "base/16384/1249": No such file or directory',
      "FATAL:  could not read block 3 in file x: read only 0 of 8192 bytes",
      "FATAL:  could not access status of transaction 1",
    ]],
    ["mem.oom-host", "db", ["LOG:  could not fork autovacuum worker process: Cannot allocate memory"]],
    ["stor.owner", "db", [
      'FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership',
      'FATAL:  data directory "/var/lib/postgresql/data" has group or world access',
      'initdb: error: directory "/var/lib/postgresql/data" exists but is not empty',
    ]],
    ["stor.owner", "alga-core", ["Error: EACCES: permission denied, open '/app/uploads/x'"]],
    ["app.crash", "alga-core", [
      "listen tcp :80: bind: permission denied",
      "dial unix /run/x.sock: connect: permission denied",
      "socket: permission denied",
      "write /proc/self/oom_score_adj: no space left on device",
    ]],
  ];

/** Lines that a program has from what is below it: no text for people. */
const RUNTIME_LINES: readonly string[] = [
  "rpc error: it did not work",
  "desc = it did not work",
  "code = Unavailable",
  "dial udp 10.43.0.10:53: it did not work",
  "lookup db on 10.43.0.10: it did not work",
  "read tcp 10.42.0.1:1->10.43.0.2:5432: it did not work",
  "read udp 10.42.0.1:1->10.43.0.10:53: it did not work",
  "x509: it did not work",
  "context deadline exceeded",
  "containerd did not work",
  "OCI runtime did not work",
  'Get "https://temporal.example/": it did not work',
  'Post "https://temporal.example/": it did not work',
  'Head "https://temporal.example/": it did not work',
];

const MOUNTS: readonly string[] = [
  "lstat /var/mnt/alga-data: no such file or directory",
  "open /var/mnt/alga-data: not a directory",
  "mkdir /var/mnt/alga-data: not a directory",
  "evalSymlinks /var/mnt/alga-data: no such file or directory",
];

/** Each word that a pattern knows, said alone. */
export const OTHER_WORDS: readonly Relative[] = [
  ...DOWNLOADS.flatMap(([id, ends]) =>
    ends.map((end): Relative => ({ name: `alone, ${end}`, snapshot: pulled(PULL + end), id }))
  ),
  ...[
    "failed to unpack: odd",
    "failed to unmount /x: odd",
    "failed to mount /x: odd",
    "extraction snapshot: odd",
  ]
    .map((end): Relative => ({
      name: `alone, ${end}`,
      snapshot: pulled(PULL + end),
      id: "img.pull-failed",
      says: /could not unpack it/,
    })),
  ...[
    "dial unix /run/k3s/containerd/containerd.sock: odd",
    'rpc error: code = Unavailable desc = connection error: desc = "odd"',
  ].map((text): Relative => ({ name: `alone, ${text}`, snapshot: pulled(text), id: "k3s.container-failed" })),
  ...PROGRAMS.flatMap(([id, component, lines]) =>
    lines.map((line): Relative => ({ name: `alone, ${line}`, snapshot: said(component, line), id }))
  ),
  ...RUNTIME_LINES.map((line): Relative => ({
    name: `alone, ${line}`,
    snapshot: said("temporal", line),
    id: "app.crash",
    says: /The details quote/,
    never: /did not work|deadline|Unavailable/,
  })),
  ...MOUNTS.map((end): Relative => ({
    name: `alone, ${end}`,
    snapshot: inPod("db", "FailedMount", `MountVolume.SetUp failed for volume "v" : ${end}`),
    id: "stor.mount",
    says: /The folder \/var\/mnt\/alga-data/,
  })),
  {
    name: "a file system whose share is used up",
    snapshot: inPod(
      "db",
      "FailedMount",
      'MountVolume.SetUp failed for volume "v" : write /x: disk quota exceeded',
    ),
    id: "disk.pressure",
  },
  ...[
    "cni config uninitialized",
    "network for sandbox: odd",
    "network plugin is not there",
    "setup network: odd",
    "flannel: odd",
  ]
    .map((end): Relative => ({
      name: `alone, ${end}`,
      snapshot: inPod("redis", "FailedCreatePodSandBox", SANDBOX + end),
      id: "k3s.not-ready-cni",
    })),
  ...[
    "etcdserver: leader changed",
    "dial tcp 127.0.0.1:6443: connect: connection refused",
    "no relationship found between node 'a' and this object",
    "failed to sync secret cache: odd",
    "the request timed out",
  ].map((text): Relative => ({
    name: `alone, ${text}`,
    snapshot: waits("CreateContainerConfigError", text),
    id: "k3s.container-failed",
    never: /release/,
  })),
  ...[
    "k3s.service: Failed to locate executable /usr/local/bin/k3s: No such file or directory",
    "k3s.service: Start request repeated too quickly.",
  ]
    .map((line): Relative => ({
      name: `alone, ${line}`,
      snapshot: journal(line, ...ENDED),
      id: "k3s.crash-loop",
    })),
  ...[
    "k3s.service: Failed to load environment files: Permission denied",
    "k3s.service: Unit has a bad unit file setting.",
  ].map((line): Relative => ({
    name: `alone, ${line}`,
    snapshot: journal(line, ...ENDED),
    id: "k3s.crash-loop",
    never: /Restart the service|^Wait/,
  })),
  {
    name: "systemd of a service that the kernel has chosen",
    snapshot: journal("k3s.service: Failed with result 'oom-kill'."),
    id: "mem.oom-host",
  },
  {
    name: "systemd of a program that the processor does not know",
    snapshot: journal(
      "k3s.service: Main process exited, code=dumped, status=4/ILL",
      "k3s.service: Failed with result 'core-dump'.",
    ),
    id: "node.cpu-too-old",
    says: /Kubernetes needs commands that the processor does not have/,
    never: /Restart the service/,
  },
  {
    name: "a kubelet that does not take control groups of the old kind",
    snapshot: journal(
      'time="2026-11-21T11:58:55Z" level=error msg="kubelet exited: failed to run Kubelet: cgroup v1 detected. cgroup v1 support is deprecated and will be removed in a future release."',
      ...ENDED,
    ),
    id: "k3s.start-cgroup",
    says: /systemd\.unified_cgroup_hierarchy=0/,
  },
  {
    name: "rules of the network that another program changes at the moment",
    snapshot: inPod(
      "redis",
      "FailedCreatePodSandBox",
      `${SANDBOX}failed to setup network for sandbox "a": plugin type="portmap" failed (add): Another app is currently holding the xtables lock`,
    ),
    id: "k3s.sandbox-failed",
    never: /did not start/,
  },
  // Said by k3s of its files, and passed over by it: it starts.
  ...[
    'time="2026-11-21T11:58:55Z" level=warning msg="Unknown flag --foo found in config.yaml, skipping"',
    'time="2026-11-21T11:58:55Z" level=warning msg="Ignoring invalid endpoint URL 0=htp://x"',
  ].map((line): Relative => ({
    name: `no reason to stop, ${line.slice(46, 80)}`,
    snapshot: journal(line),
    id: "k3s.api-down",
    says: /^Wait: after a start/m,
  })),
  {
    name: "k3s that gets no memory for itself",
    snapshot: fatal("starting kubernetes: fork/exec /usr/bin/mount: cannot allocate memory"),
    id: "mem.oom-host",
  },
  ...["KernelProblem", "CorruptDockerOverlay2", "FrequentKubeletRestart", "XfsShutdown"].map((
    type,
  ): Relative => ({
    name: `alone, ${type}`,
    snapshot: withCondition(type, "a watcher of machines says so"),
    id: "node.condition",
    says: /The details quote/,
  })),
  ...[
    '"email-service" has no deployed releases',
    "release is uninstalling",
    "release with status 'pending-upgrade'",
    "release with status 'pending-rollback'",
  ].map((text): Relative => ({
    name: `alone, ${text}`,
    snapshot: release("UpgradeFailed", text),
    id: "flux.helm-pending",
  })),
];
