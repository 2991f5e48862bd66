import type { BlockerId } from "../../../agent/causes/cause.ts";

/** What somebody else's program says, and where that can be read. */
export interface Source {
  /** Stands word for word in what a test of the cause holds. */
  says: string;
  /** A line of public source, an address, a recording made here, or a file of ours where the agent itself says it. */
  source: string;
}

const GO = "golang/go@1.26.8";
const KUBERNETES = "kubernetes/kubernetes@v1.36.3";
const CONTAINERD = "containerd/containerd@v2.3.7";
const K3S_HERE = "recorded on a real node here: k3s 1.36.3 under systemd";

/** Where the words come from of every cause that no recording or field case shows. tests/house/causes_test.ts keeps it whole. */
export const SOURCES: Readonly<Partial<Record<BlockerId, Source>>> = {
  "dns.failed": {
    says: "cannot unmarshal DNS message",
    source: `${GO} src/net/dnsclient_unix.go:44`,
  },
  "dns.resolver-down": {
    says: "read udp 127.0.0.1:53412->127.0.0.53:53: read: connection refused",
    source: `${GO} src/syscall/zerrors_linux_amd64.go:1466`,
  },
  "img.queued": {
    says: "pull QPS exceeded",
    source: "https://github.com/bottlerocket-os/bottlerocket/issues/4216",
  },
  "img.old-format": {
    says: "is no longer supported since containerd v2.1",
    source: "https://github.com/ovh/cds/issues/7735",
  },
  "node.file-watches": {
    says: "failed to create fsnotify watcher: too many open files",
    source: "https://github.com/containerd/containerd/issues/10468",
  },
  "node.kernel-keys": {
    says: "unable to join session keyring: unable to create session key: disk quota exceeded",
    source: "https://github.com/taskcluster/community-tc-config/issues/793",
  },
  "node.process-limit": {
    says: "fork/exec /usr/bin/containerd-shim-runc-v2: resource temporarily unavailable",
    source: "https://github.com/goharbor/harbor/issues/15944",
  },
  "node.open-files": {
    says: "too many open files",
    source: `${GO} src/syscall/zerrors_linux_amd64.go:1381`,
  },
  "node.apparmor": {
    says: "apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory",
    source: "https://github.com/opencontainers/runc/issues/3831",
  },
  "app.redis-unsaved": {
    says: "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
    source: "https://redis.io/kb/doc/296s7bo3im/",
  },
  "cfg.namespace-ending": {
    says: "because it is being terminated",
    source:
      `${KUBERNETES} staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go:174`,
  },
  "net.ipv6": { says: "network is unreachable", source: `${GO} src/syscall/zerrors_linux_amd64.go:1456` },
  "net.proxy-auth": { says: "Proxy Authentication Required", source: `${GO} src/net/http/status.go:142` },
  "net.proxy-denied": { says: "Forbidden", source: `${GO} src/net/http/transport.go:1937` },
  "net.proxy-down": { says: "proxyconnect tcp: ", source: `${GO} src/net/http/transport.go:1785` },
  "net.web-page": { says: "unexpected media type ", source: `${CONTAINERD} core/images/image.go:242` },
  "net.mtu": {
    says: "net/http: TLS handshake timeout",
    source: "https://github.com/hashicorp/setup-packer/issues/49",
  },
  "net.registry": { says: "unexpected-status", source: "our own: agent/net/errors.ts" },
  "net.cert-expired": {
    says: "certificate has expired or is not yet valid: current time ",
    source: `${GO} src/crypto/x509/verify.go:469`,
  },
  "time.skew": { says: " is before ", source: `${GO} src/crypto/x509/verify.go:463` },
  "img.no-space": {
    says: "failed to extract layer ",
    source: `${CONTAINERD} pkg/rootfs/apply.go:164`,
  },
  "img.pull-failed": {
    says: "failed to pull and unpack image ",
    source: `${CONTAINERD} internal/cri/server/images/image_pull.go:282`,
  },
  "disk.full": { says: "diskFull", source: "our own: agent/facts/snapshot.ts" },
  "disk.io-error": {
    says: "input/output error",
    source: `${GO} src/syscall/zerrors_linux_amd64.go:1362`,
  },
  "disk.slow": { says: "Slow SQL (started: ", source: "https://github.com/k3s-io/k3s/issues/8042" },
  "mem.oom-host": {
    says: "System OOM encountered",
    source: `${KUBERNETES} pkg/kubelet/oom/oom_watcher_linux.go:85`,
  },
  "node.resolv-conf": {
    says: "Failed to generate sandbox config for pod ",
    source: `${KUBERNETES} pkg/kubelet/kuberuntime/kuberuntime_sandbox.go:42`,
  },
  "node.hostname-changed": {
    says: "can only access node lease with the same name as the requesting node",
    source: `${KUBERNETES} plugin/pkg/auth/authorizer/node/node_authorizer.go:307`,
  },
  "net.node-ip-changed": {
    says: "not found in the host's network interfaces",
    source: `${KUBERNETES} pkg/kubelet/kubelet_node_status.go:748`,
  },
  "k3s.download": { says: "CHECKSUM_MISMATCH", source: "our own: agent/net/fetch_file.ts" },
  "k3s.start-port": { says: "failed to start supervisor listener: listen tcp :6443", source: K3S_HERE },
  "k3s.start-cgroup": {
    says: "failed to find memory cgroup (v2)",
    source: "https://github.com/k3d-io/k3d/issues/853",
  },
  "k3s.db-corrupt": {
    says: "Failed to ping database connection: file is not a database",
    source: K3S_HERE,
  },
  "k3s.config-invalid": { says: "yaml: line 1: did not find expected ',' or ']'", source: K3S_HERE },
  "k3s.registries-invalid": {
    says: "Waiting to retrieve agent configuration; server is not ready: yaml: line 3: ",
    source: K3S_HERE,
  },
  "k3s.token-invalid": {
    says: "failed to normalize server token; must be in format K10",
    source: K3S_HERE,
  },
  "k3s.token-mismatch": {
    says: "bootstrap data already found and encrypted with different token",
    source: "https://github.com/k3s-io/k3s/issues/4640",
  },
  "k3s.cert-expired": {
    says: "x509: certificate has expired or is not yet valid: current time ",
    source: "https://github.com/k3s-io/k3s/issues/9954",
  },
  "k3s.crash-loop": {
    says: "k3s.service: Scheduled restart job, restart counter is at ",
    source: "https://github.com/k3s-io/k3s/issues/11366",
  },
  "k3s.stopped": {
    says: "k3s.service: Failed with result 'exit-code'",
    source: "https://github.com/k3s-io/k3s/issues/556",
  },
  "node.condition": {
    says: "kubelet has insufficient PID available",
    source: `${KUBERNETES} pkg/kubelet/nodestatus/setters.go:659`,
  },
  "k3s.iptables-flushed": {
    says: "Inconsistent iptables state detected",
    source: `${KUBERNETES} pkg/util/iptables/iptables.go:622`,
  },
  "k3s.no-kmsg": {
    says: "failed to run Kubelet: failed to create kubelet: open /dev/kmsg: no such file or directory",
    source: "https://github.com/rancher/k3k/issues/132",
  },
  "k3s.sandbox-failed": {
    says: "failed to sync secret cache: timed out waiting for the condition",
    source: `${KUBERNETES} pkg/kubelet/util/manager/watch_based_manager.go:329`,
  },
  "k3s.container-failed": {
    says: "failed to reserve container name ",
    source: `${CONTAINERD} internal/cri/server/container_create.go:111`,
  },
  "sched.unplaced": {
    says: "node(s) didn't match Pod's node affinity/selector",
    source: `${KUBERNETES} pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go:64`,
  },
  "stor.claim-lost": {
    says: "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
    source: `${KUBERNETES} pkg/controller/volume/persistentvolume/pv_controller.go:503`,
  },
  "cfg.quota": {
    says: "exceeded quota: ",
    source: `${KUBERNETES} staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go:622`,
  },
  "cfg.limits": {
    says: "maximum memory usage per Container is ",
    source: `${KUBERNETES} plugin/pkg/admission/limitranger/admission.go:348`,
  },
  "cfg.webhook": {
    says: "admission webhook ",
    source:
      `${KUBERNETES} staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/errors/statuserror.go:29`,
  },
  "cfg.pod-security": {
    says: "violates PodSecurity ",
    source: `${KUBERNETES} staging/src/k8s.io/pod-security-admission/admission/admission.go:481`,
  },
  "cfg.pod-refused": {
    says: "no PriorityClass with name ",
    source: `${KUBERNETES} plugin/pkg/admission/priority/admission.go:298`,
  },
  "app.redis-damaged": {
    says:
      "Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix ",
    source: "https://github.com/1Panel-dev/1Panel/issues/8888",
  },
  "app.url": { says: "alga.local", source: "our own: agent/explain/rules/app.ts" },
  "app.certificate": { says: "privateCertificate", source: "our own: agent/facts/snapshot.ts" },
  "app.port-taken": {
    says: "bind: address already in use",
    source: `${GO} src/syscall/zerrors_linux_amd64.go:1453`,
  },
  "app.not-ending": { says: "deletedAt", source: "our own: agent/facts/snapshot.ts" },
  "app.task-failed": {
    says: "BackoffLimitExceeded",
    source: `${KUBERNETES} staging/src/k8s.io/api/batch/v1/types.go:625`,
  },
  "login.degraded": { says: "ready", source: "our own: agent/facts/snapshot.ts" },
  "bg.degraded": { says: "ready", source: "our own: agent/facts/snapshot.ts" },
  "flux.source-failed": {
    says: "failed to extract layer contents from artifact: ",
    source: "fluxcd/source-controller@v1.9.3 internal/controller/ocirepository_controller.go:548",
  },
  "flux.not-ready": {
    says: "Running 'install' action with timeout of ",
    source: "fluxcd/helm-controller@v1.6.4 internal/reconcile/atomic_release.go:251",
  },
  "flux.helm-pending": {
    says: "another operation (install/upgrade/rollback) is in progress",
    source: "helm/helm@v4.2.4 pkg/action/action.go:73",
  },
  "flux.values": {
    says: "could not resolve",
    source: "fluxcd/helm-controller@v1.6.4 internal/controller/helmrelease_controller_test.go:359",
  },
  "flux.helm-timeout": {
    says: "would exceed context deadline",
    source: "golang/time@v0.16.0 rate/rate.go:276",
  },
  "agent.setup-failed": { says: "K3S_FAILED", source: "our own: agent/error.ts" },
  "agent.state-damaged": { says: "stateDamage", source: "our own: agent/facts/snapshot.ts" },
  "agent.certificate-refused": {
    says: "certificateProblem",
    source: "our own: agent/facts/snapshot.ts",
  },
  "agent.certificate-ends": { says: "validTo", source: "our own: agent/facts/snapshot.ts" },
  "agent.update-failed": { says: "updateProblem", source: "our own: agent/facts/snapshot.ts" },
  "dns.cluster-stale": { says: "clusterDnsStale", source: "our own: agent/facts/snapshot.ts" },
  "agent.unknown": { says: "agent.unknown", source: "our own: agent/causes/agent.ts" },
};
