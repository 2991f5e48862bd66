import { broken, event, podOf, pvc, snapshotOf, waiting } from "../../status/objects.ts";
import { PULLS } from "./pull_texts.ts";
import { HEALTHY, of, type Row } from "../rule_row.ts";

const mountPod = podOf("alga-core", waiting("ContainerCreating"));

const claim = pvc("alga-core-sebastian-postgres-data", "Pending");

const freshClaim = pvc("alga-core-sebastian-postgres-data", "Pending", { createdSecAgo: 20 });

const lostClaim = pvc("alga-core-sebastian-postgres-data", "Lost");
const SANDBOX = "Failed to create pod sandbox: rpc error: code = Unknown desc = ";
const PAUSE =
  `${SANDBOX}failed to get sandbox image "rancher/mirrored-pause:3.6": failed to pull image "rancher/mirrored-pause:3.6": failed to pull and unpack image "docker.io/rancher/mirrored-pause:3.6": failed to resolve reference "docker.io/rancher/mirrored-pause:3.6": `;

/** Every way in which the rules of this family find something. */
export const STORAGE_ROWS: readonly Row[] = [
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
  ...(
    [
      [
        "k3s.sandbox-failed",
        'MountVolume.SetUp failed for volume "v" : failed to sync secret cache: timed out waiting for the condition',
      ],
      [
        "stor.claim-lost",
        'Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[v]: error processing PVC msp/x: failed to fetch PV pvc-1: persistentvolume "pvc-1" not found',
      ],
      [
        "stor.claim-missing",
        "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: error processing PVC msp/x: PVC is being deleted",
      ],
      [
        "disk.io-error",
        'MountVolume.SetUp failed for volume "v" : mkdir /var/lib/kubelet/pods/x: input/output error',
      ],
      [
        "disk.pressure",
        'MountVolume.SetUp failed for volume "v" : write /var/lib/kubelet/x: no space left on device',
      ],
      [
        "disk.readonly",
        'MountVolume.SetUp failed for volume "v" : mkdir /var/lib/kubelet/pods/x: read-only file system',
      ],
      [
        "mem.oom-host",
        'MountVolume.SetUp failed for volume "v" : mount failed: fork/exec /usr/bin/mount: cannot allocate memory',
      ],
      [
        "stor.mount",
        'MountVolume.NewMounter initialization failed for volume "pvc-1" : path "/var/lib/rancher/k3s/storage/pvc-1" does not exist',
      ],
      ["stor.mount", 'MountVolume.SetUp failed for volume "v" : something that nobody has seen'],
      ["cfg.missing-secret", 'MountVolume.SetUp failed for volume "v" : secret "alga-psa-shared" not found'],
    ] as const
  ).map(([id, message]): Row => ({
    name: `mount, ${message.slice(40)}`,
    id,
    red: of("alga-core", [mountPod], [event(mountPod, "FailedMount", message, { firstSecAgo: 120 })]),
    green: of("alga-core", [mountPod]),
  })),
  ...(
    [
      [
        "node.resolv-conf",
        'Failed to generate sandbox config for pod "x": open /etc/resolv-alga.conf: no such file or directory',
      ],
      ["disk.io-error", `${SANDBOX}failed to create containerd task: write /run/k3s/x: input/output error`],
      ["disk.pressure", `${SANDBOX}mkdir /var/lib/rancher/k3s/agent/x: no space left on device`],
      ["mem.oom-host", `${SANDBOX}fork/exec /usr/bin/runc: cannot allocate memory`],
      ["reg.auth", `${PAUSE}pull access denied, repository does not exist or may require authorization`],
      [
        "dns.servfail",
        `${PAUSE}failed to do request: Head "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: server misbehaving`,
      ],
      [
        "net.egress",
        `${PAUSE}failed to do request: Head "https://registry-1.docker.io/v2/": dial tcp 192.0.2.77:443: i/o timeout`,
      ],
      [
        "img.invalid",
        `${SANDBOX}failed to get sandbox image "P": failed to pull image "P": couldn't parse image name "P": invalid reference format`,
      ],
      ["k3s.sandbox-failed", `${SANDBOX}something that nobody has seen`],
      [
        "k3s.not-ready-cni",
        `${SANDBOX}failed to setup network for sandbox "ID": plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory`,
      ],
    ] as const
  ).map(([id, message]): Row => ({
    name: `sandbox, ${message.slice(-60)}`,
    id,
    red: of("alga-core", [mountPod], [
      event(mountPod, "FailedCreatePodSandBox", message, { firstSecAgo: 120 }),
    ]),
    green: of("alga-core", [mountPod]),
  })),
  {
    name: "sandbox, a folder of the machine that cannot be written",
    id: "disk.readonly",
    red: of("alga-core", [mountPod], [
      event(
        mountPod,
        "FailedCreatePodSandBox",
        `${SANDBOX}mkdir /run/k3s/containerd/x: read-only file system`,
      ),
    ]),
    green: of("alga-core", [mountPod]),
  },
  // The small image of the sandbox fails like any other.
  ...PULLS.filter(([, text]) => text.startsWith("failed to pull") || text.startsWith("rpc error")).map((
    [id, text],
    index,
  ): Row => ({
    name: `sandbox image, text ${index}`,
    id,
    red: of("alga-core", [mountPod], [
      event(mountPod, "FailedCreatePodSandBox", `${SANDBOX}failed to get sandbox image "p": ${text}`, {
        firstSecAgo: 120,
      }),
    ]),
    green: of("alga-core", [mountPod]),
  })).filter(({ id }) => id !== "img.pull-failed" && id !== "net.mtu" && id !== "img.no-space"),
  {
    name: "storage that was taken away",
    id: "stor.claim-lost",
    red: snapshotOf({
      ...broken("db", {}),
      pvcs: [lostClaim],
      events: [
        event(
          lostClaim,
          "ClaimLost",
          "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
        ),
      ],
    }),
    green: snapshotOf({ ...broken("db", {}), pvcs: [claim] }),
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
    name: "a claim whose volume is gone",
    id: "stor.claim-lost",
    red: snapshotOf({ ...broken("db", {}), pvcs: [pvc("alga-core-sebastian-postgres-data", "Lost")] }),
    green: snapshotOf({ ...broken("db", {}), pvcs: [pvc("alga-core-sebastian-postgres-data", "Bound")] }),
    hard: true,
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
];
