import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { event, podOf, unplacedPod, waiting } from "../../status/objects.ts";
import { of } from "../rule_row.ts";
import type { Relative } from "./relative.ts";

/** A pod that is being made, with this event. */
export function inPod(component: "db" | "redis", reason: string, message: string): Snapshot {
  const made = podOf(component, waiting("ContainerCreating"));
  return of(component, [made], [
    event(made, reason, message, { secondsAgo: 5, firstSecAgo: 300, count: 12 }),
  ]);
}
/** A container of Redis in this state. */
export const waits = (reason: string, message = "") =>
  of("redis", [podOf("redis", waiting(reason, message))]);
function unplaced(message: string): Snapshot {
  return of("redis", [unplacedPod("redis", message)]);
}

/** What the kubelet and containerd say of a pod's surroundings, volumes and containers. */
export const STARTS: readonly Relative[] = [
  {
    name: "a disk that fails is not the release's mistake, whatever the state is called",
    snapshot: waits(
      "CreateContainerConfigError",
      "stat /var/lib/rancher/k3s/storage/pvc-aa: input/output error",
    ),
    id: "disk.io-error",
    never: /release/,
  },
  ...[
    "0/1 nodes are available: 1 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).",
    '0/1 nodes are available: persistentvolumeclaim "redis-data" bound to non-existent persistentvolume "pvc-1".',
  ].map((text): Relative => ({
    name: `the claim is there, and its storage is not: ${text.slice(-50)}`,
    snapshot: unplaced(text),
    id: "stor.claim-lost",
    says: /Do not delete/,
    never: /does not exist any more, or is being deleted/,
  })),
  ...[
    "configmap references non-existent config key: redis.conf",
    "references non-existent secret key: redis.conf",
  ].map((
    text,
  ): Relative => ({
    name: `a setting without the part that is asked for: ${text.slice(0, 20)}`,
    snapshot: inPod("redis", "FailedMount", `MountVolume.SetUp failed for volume "config" : ${text}`),
    id: "stor.mount",
    says: /It needs "redis\.conf"/,
  })),
  ...[
    "OCI runtime create failed: runc create failed: unable to apply cgroup configuration: mkdir /sys/fs/cgroup/kubepods: no space left on device: unknown",
    'failed to create network namespace for sandbox "a": mount /proc/1/task/2/ns/net: no space left on device',
  ].map((text): Relative => ({
    name: `the kernel's own tables are no disk: ${text.slice(0, 30)}`,
    snapshot: inPod(
      "redis",
      "FailedCreatePodSandBox",
      `Failed to create pod sandbox: rpc error: code = Unknown desc = ${text}`,
    ),
    id: "k3s.sandbox-failed",
    never: /disk/i,
  })),
  {
    name: "a full table of control groups is no full disk for a container either",
    snapshot: waits(
      "RunContainerError",
      "OCI runtime create failed: unable to apply cgroup configuration: write /sys/fs/cgroup/x/cgroup.procs: no space left on device",
    ),
    id: "app.crash",
    never: /disk/i,
  },
  {
    name: "an image of the surroundings that the store lost",
    snapshot: inPod(
      "redis",
      "FailedCreatePodSandBox",
      'Failed to create pod sandbox: rpc error: code = NotFound desc = failed to create sandbox container: failed to get image "rancher/mirrored-pause:3.6": content digest sha256:aa: not found',
    ),
    id: "img.store-damaged",
    says: /crictl rmi rancher\/mirrored-pause:3\.6/,
  },
  ...[
    "failed to allocate for range 0: no IP addresses available in range set: 10.42.0.1-10.42.0.254",
    'failed to set bridge addr: "cni0" already has an IP address different from 10.42.0.1/24',
  ].map((text): Relative => ({
    name: `a network that did start: ${text.slice(0, 30)}`,
    snapshot: inPod(
      "redis",
      "FailedCreatePodSandBox",
      `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "a": plugin type="bridge" failed (add): ${text}`,
    ),
    id: "k3s.sandbox-failed",
    never: /did not start|firewall/,
  })),
  ...[
    'MountVolume.SetUp failed for volume "v" : failed to sync secret cache: timed out waiting for the condition',
    'MountVolume.SetUp failed for volume "kube-api-access-a" : object "msp"/"kube-root-ca.crt" not registered',
    'MountVolume.SetUp failed for volume "kube-api-access-a" : failed to fetch token: Post "https://127.0.0.1:6443/api/v1": dial tcp 127.0.0.1:6443: connect: connection refused',
  ].map((text): Relative => ({
    name: `what the kubelet itself does not get is no storage: ${text.slice(-40)}`,
    snapshot: inPod("db", "FailedMount", text),
    id: "k3s.sandbox-failed",
    never: /storage/,
  })),
  ...['persistentvolumeclaims "alga-core-sebastian-postgres-data" not found', "PVC is being deleted"].map((
    end,
  ): Relative => ({
    name: `a claim that is gone when the pod is placed already: ${end.slice(-14)}`,
    snapshot: inPod(
      "db",
      "FailedMount",
      `Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: error processing PVC msp/alga-core-sebastian-postgres-data: ${end}`,
    ),
    id: "stor.claim-missing",
    says: /"alga-core-sebastian-postgres-data"/,
  })),
  ...["transport endpoint is not connected", "stale NFS file handle"].map((end): Relative => ({
    name: `a folder that has gone away: ${end}`,
    snapshot: inPod(
      "db",
      "FailedMount",
      `MountVolume.SetUp failed for volume "v" : stat /var/mnt/alga-data: ${end}`,
    ),
    id: "stor.mount",
    says: /The folder \/var\/mnt\/alga-data/,
  })),
  {
    name: "a volume that is there and cannot be mounted is not called missing",
    snapshot: inPod(
      "db",
      "FailedMount",
      'MountVolume.SetUp failed for volume "v" : applyFSGroup failed for vol v: lchown /var/lib/kubelet/x: operation not permitted',
    ),
    id: "stor.mount",
    never: /missing/,
  },
  ...[
    "failed to sync configmap cache: timed out waiting for the condition",
    "services have not yet been read at least once, cannot construct envvars",
    "host IP unknown; known addresses: []",
  ].map((text): Relative => ({
    name: `what the kubelet does not know yet is no fault of the release: ${text.slice(0, 28)}`,
    snapshot: waits("CreateContainerConfigError", text),
    id: "k3s.container-failed",
    never: /release/,
  })),
  {
    name: "an image without a program is the release's fault in CreateContainerError too",
    snapshot: waits(
      "CreateContainerError",
      'failed to generate container "a" spec: failed to apply OCI options: no command specified',
    ),
    id: "cfg.container",
    says: /names no program/,
  },
  ...["PreCreateHookError", "NetworkNotReady", "SomethingNew"].map((reason): Relative => ({
    name: `a state of a container that nobody knows is quoted: ${reason}`,
    snapshot: waits(reason, "the kubelet of a later version says a thing"),
    id: "k3s.container-failed",
    says: /The details quote/,
  })),
  {
    name: "a mark that somebody set does not go by itself",
    snapshot: unplaced("1 node(s) had untolerated taint {example.com/dedicated: gpu}."),
    id: "sched.taint",
    says: /"example\.com\/dedicated".*kubectl taint nodes/s,
    never: /by itself when|Nothing to do/,
  },
  {
    name: "a mark of Kubernetes itself goes by itself",
    snapshot: unplaced("1 node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }."),
    id: "sched.taint",
    says: /Nothing to do/,
  },
];
