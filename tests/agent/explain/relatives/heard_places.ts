import type { BlockerId } from "../../../../agent/causes/cause.ts";
import { unplacedPod } from "../../status/objects.ts";
import { of } from "../rule_row.ts";
import { rejected } from "../rejected.ts";
import { type Heard, heard } from "./heard.ts";
import type { Relative } from "./relative.ts";
import { inPod, waits } from "./starts.ts";

const OF_VOLUMES: readonly Heard[] = [
  [
    "stor.mount",
    'MountVolume.SetUp failed for volume "pvc-1" : mount failed: exit status 32\nMounting command: mount\nOutput: mount: /var/lib/kubelet/pods/x: wrong fs type, bad option, bad superblock on /dev/sdb, missing codepage or helper program, or other error.',
  ],
  [
    "stor.mount",
    'MountVolume.SetUp failed for volume "pvc-1" : chmod /var/lib/kubelet/pods/x: operation not permitted',
  ],
  [
    "stor.mount",
    'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = Internal desc = volume is already mounted or mount point busy',
  ],
  [
    "stor.mount",
    'MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name driver.longhorn.io not found in the list of registered CSI drivers',
  ],
  ["stor.mount", 'MountVolume.SetUp failed for volume "config" : configmap "redis-config" not found'],
  [
    "k3s.sandbox-failed",
    'MountVolume.SetUp failed for volume "v" : failed to sync secret cache: timed out waiting for the condition',
  ],
  ["stor.mount", 'MountVolume.NodeAffinity check failed for volume "pvc-1" : no matching NodeSelectorTerms'],
  [
    "stor.claim-lost",
    'Unable to attach or mount volumes: unmounted volumes=[db-data], unattached volumes=[db-data]: error processing PVC msp/alga-core-sebastian-postgres-data: failed to fetch PV pvc-1: persistentvolume "pvc-1" not found',
    { says: /Do not delete/ },
  ],
  [
    "disk.pressure",
    'MountVolume.SetUp failed for volume "v" : mkdir /var/lib/kubelet/pods/a/volumes: disk quota exceeded',
  ],
  [
    "k3s.sandbox-failed",
    'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to fetch token: Post "https://127.0.0.1:6443/api/v1/namespaces/msp/serviceaccounts/default/token": net/http: TLS handshake timeout',
  ],
  [
    "k3s.sandbox-failed",
    'MountVolume.SetUp failed for volume "kube-api-access-x" : configmap "kube-root-ca.crt" not found',
  ],
  [
    "stor.mount",
    'MountVolume.SetUp failed for volume "v" : hostPath type check failed: /etc/ssl/certs/alga.pem is not a file',
  ],
  ["stor.mount", 'MountVolume.SetUp failed for volume "pvc-1" : mkdir /var/mnt/alga-data: permission denied'],
];

const OF_PLACES: readonly Heard[] = [
  [
    "sched.taint",
    "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
  ],
  [
    "sched.taint",
    "0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
  ],
  [
    "sched.unplaced",
    "0/1 nodes are available: 1 Too many pods. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
  ],
  ["sched.resources", "0/1 nodes are available: 1 Insufficient ephemeral-storage."],
  ["sched.unplaced", "no nodes available to schedule pods"],
  [
    "sched.port",
    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. preemption: 0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  ],
  ["sched.unplaced", "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."],
  ["sched.unplaced", "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."],
  ["stor.claim-missing", '0/1 nodes are available: persistentvolumeclaim "redis-data" not found. not found'],
  ["sched.volume-elsewhere", "0/1 nodes are available: 1 node(s) had volume node affinity conflict."],
  ["sched.taint", "0/1 nodes are available: 1 node(s) were unschedulable."],
  ["sched.unplaced", "Scheduling is blocked due to non-empty scheduling gates"],
  ["sched.unplaced", "0/1 nodes are available: 1 Insufficient hugepages-2Mi."],
  ["sched.unplaced", 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'],
  ["sched.unplaced", "0/1 nodes are available: 1 cannot allocate all claims."],
  ["sched.resources", "0/1 nodes are available: 1 Insufficient memory, 1 Insufficient cpu."],
];

type WithReason = readonly [id: BlockerId, reason: string, text: string];
const REFUSED: readonly WithReason[] = [
  [
    "sched.resources",
    "OutOfcpu",
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 3900, capacity: 4000",
  ],
  ["sched.resources", "OutOfmemory", "Pod was rejected: Node didn't have enough resource: memory"],
  [
    "sched.unplaced",
    "UnexpectedAdmissionError",
    "Pod was rejected: Allocate failed due to no healthy devices present",
  ],
  [
    "sched.unplaced",
    "NodeAffinity",
    "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  ],
  [
    "sched.unplaced",
    "SysctlForbidden",
    'Pod was rejected: forbidden sysctl: "net.core.somaxconn" not allowlisted',
  ],
  [
    "node.apparmor",
    "AppArmor",
    "Pod was rejected: Cannot enforce AppArmor: AppArmor is not enabled on the host",
  ],
  [
    "core.degraded",
    "Evicted",
    "The node was low on resource: ephemeral-storage. Threshold quantity: 5G, available: 3G.",
  ],
  ["sched.unplaced", "Terminated", "Pod was terminated in response to imminent node shutdown."],
  ["sched.unplaced", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"],
  ["sched.unplaced", "NodeLost", "Node k which was running pod redis is unresponsive"],
];

const WAITS: readonly WithReason[] = [
  [
    "img.invalid",
    "InvalidImageName",
    'Failed to apply default image tag "ghcr.io/Nine/Email:1": couldn\'t parse image name "ghcr.io/Nine/Email:1": invalid reference format: repository name (Nine/Email) must be lowercase',
  ],
  [
    "img.invalid",
    "ErrImageNeverPull",
    'Container image "ghcr.io/x:1" is not present with pull policy of Never',
  ],
  [
    "img.pull-failed",
    "ErrImageNeverPull",
    'Container image "ghcr.io/x:1" is present but cannot be pulled: image pull credentials required',
  ],
  [
    "img.pull-failed",
    "SignatureValidationFailed",
    "rpc error: code = Unknown desc = SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists",
  ],
  ["img.pull-failed", "RegistryUnavailable", "rpc error: code = Unavailable desc = failed to pull image"],
  [
    "k3s.container-failed",
    "ImageInspectError",
    'Failed to inspect image "x": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/k3s/containerd/containerd.sock: connect: no such file or directory"',
  ],
  ["k3s.container-failed", "CreatePodSandboxError", "x"],
  [
    "cfg.missing-secret",
    "CreateContainerConfigError",
    "couldn't find key DB_PASSWORD in Secret msp/db-credentials",
  ],
  ["cfg.container", "CreateContainerConfigError", "failed to parse env file: line 3: unexpected character"],
  ["cfg.missing-secret", "CreateContainerConfigError", "couldn't find key host in ConfigMap msp/alga-config"],
  ["k3s.container-failed", "CreateContainerError", "context deadline exceeded"],
  [
    "img.store-damaged",
    "CreateContainerError",
    'failed to create containerd container: create snapshot: missing parent "k8s.io/2/sha256:aa" bucket: not found',
  ],
  [
    "img.store-damaged",
    "CreateContainerError",
    "failed to create containerd container: error unpacking image: failed to extract layer sha256:aa: failed to get reader from content store: content digest sha256:bb: not found",
  ],
  [
    "k3s.container-failed",
    "CreateContainerError",
    "failed to mount /run/k3s/containerd/x/rootfs: failed to recalculate overlay: too many levels of symbolic links",
  ],
];

/** What the kubelet and the scheduler say of volumes and of places. */
export const HEARD_PLACES: readonly Relative[] = [
  ...heard(OF_VOLUMES, (text) => inPod("db", "FailedMount", text)),
  ...heard(OF_PLACES, (text) => of("redis", [unplacedPod("redis", text)])),
  ...REFUSED.map(([id, reason, text]) => ({
    name: `heard: ${reason}`,
    id,
    snapshot: rejected(reason, text),
  })),
  ...WAITS.map(([id, reason, text]) => ({
    name: `heard: ${reason}, ${text.slice(-50)}`,
    id,
    snapshot: waits(reason, text),
  })),
];
