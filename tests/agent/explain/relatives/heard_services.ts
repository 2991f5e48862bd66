import { type Heard, heard } from "./heard.ts";
import { ENDED, fatal, journal } from "./machines.ts";
import type { Relative } from "./relative.ts";

const OF_K3S: readonly Heard[] = [
  [
    "k3s.stopped",
    'starting kubernetes: preparing server: failed to start cluster: exec: "etcd": executable file not found',
  ],
  [
    "net.node-ip-changed",
    "Failed to start networking: unable to initialize network policy controller: error getting node subnet: failed to find interface with specified node ip",
  ],
  [
    "k3s.stopped",
    "flannel exited: failed to register flannel network: failed to configure interface flannel.1: failed to set interface flannel.1 to UP state: address already in use",
  ],
  ["k3s.stopped", "flannel exited: operation not supported"],
  [
    "k3s.stopped",
    "starting kubernetes: preparing server: creating storage endpoint: building kine: dial tcp 127.0.0.1:3306: connect: connection refused",
  ],
  ["k3s.stopped", "Failed to reconcile with temporary etcd: bootstrap key already locked"],
  ["k3s.stopped", "flag provided but not defined: -foo"],
  [
    "k3s.stopped",
    "starting kubernetes: preparing server: failed to validate server configuration: critical configuration value mismatch between servers",
  ],
  [
    "k3s.stopped",
    "starting kubernetes: preparing server: failed to decrypt: cipher: message authentication failed",
  ],
  ["node.file-watches", "Failed to create fsnotify watcher: too many open files", {
    says: /fs\.inotify\.max_user_instances/,
    never: /Free space|report/i,
  }],
  ["k3s.stopped", "Error: invalid node name: must be lowercase RFC 1123"],
  [
    "k3s.stopped",
    '"overlayfs" snapshotter cannot be enabled for "/var/lib/rancher/k3s/agent/containerd", try using "fuse-overlayfs" or "native": failed to mount overlay: no such device',
  ],
  ["k3s.stopped", "etcdserver: mvcc: database space exceeded"],
  ["k3s.stopped", "failed to run Kubelet: running with swap on is not supported"],
  [
    "k3s.stopped",
    "Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry, try enabling a unique node name with the --with-node-id flag",
  ],
  ["k3s.stopped", "failed to find pids cgroup (v2)"],
  ["k3s.stopped", "invalid cluster-cidr 10.42.0.0/16: overlaps"],
  ["k3s.start-port", "listen tcp :6443: bind: address already in use"],
  ["k3s.start-port", "failed to start flannel: listen udp 0.0.0.0:8472: bind: address already in use"],
  [
    "net.node-ip-changed",
    "x509: certificate is valid for 10.43.0.1, 127.0.0.1, 192.0.2.5, ::1, not 192.0.2.9",
    { says: /192\.0\.2\.5/, never: /127\.|10\.43\./ },
  ],
  [
    "k3s.db-corrupt",
    "starting kubernetes: preparing server: creating storage endpoint: building kine: database disk image is malformed",
  ],
  ["k3s.stopped", "apiserver exited: context deadline exceeded", { never: /registry|download/ }],
  ["k3s.stopped", "starting kubernetes: preparing server: failed to bootstrap: database is locked", {
    never: /damaged/,
  }],
  [
    "k3s.token-mismatch",
    "starting kubernetes: preparing server: bootstrap data already found and encrypted with different token",
  ],
  [
    "k3s.stopped",
    "failed to run agent: failed to retrieve configuration from server: Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry",
    { never: /registry|proxy/ },
  ],
  [
    "k3s.stopped",
    "kubelet exited: failed to run Kubelet: running with swap on is not supported, please disable swap or set --fail-swap-on flag to false",
  ],
  [
    "time.skew",
    'starting kubernetes: preparing server: failed to get CA certs: Get "https://127.0.0.1:6444/cacerts": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:09Z is before 2026-01-01T00:00:00Z',
    { never: /Ask the network administrator/ },
  ],
];

const OF_LINES: readonly Heard[] = [
  [
    "k3s.stopped",
    'time="2026-11-21T11:58:55Z" level=fatal msg="Failed to validate connection to cluster at https://127.0.0.1:6443: failed to get CA certs: https://127.0.0.1:6443/cacerts: 503 Service Unavailable"',
  ],
  [
    "node.file-watches",
    'E1121 11:58:50.1 1 run.go:72] "command failed" err="failed to run Kubelet: failed to create kubelet: inotify_init: too many open files"',
    { says: /fs\.inotify\.max_user_instances/, never: /Free space|report/i },
  ],
  [
    "node.file-watches",
    'E1121 11:58:50.1 1 kubelet.go:1] "Failed to start cAdvisor" err="inotify_add_watch /sys/fs/cgroup/cpu: no space left on device"',
    { says: /fs\.inotify\.max_user_instances/, never: /Free space|report/i },
  ],
  [
    "k3s.stopped",
    'time="2026-11-21T11:58:55Z" level=fatal msg="Failed to start ContainerRuntime: containerd exited: exit status 1"',
  ],
  ["k3s.stopped", "k3s.service: Main process exited, code=exited, status=203/EXEC"],
  [
    "k3s.start-port",
    'E1121 11:58:50.1 1 server.go:1] "Failed to listen and serve" err="listen tcp 0.0.0.0:10250: bind: address already in use"',
  ],
];

/** What k3s says before it ends. */
export const HEARD_SERVICES: readonly Relative[] = [
  ...heard(OF_K3S, fatal),
  ...heard(OF_LINES, (line) => journal(line, ...ENDED)),
];
