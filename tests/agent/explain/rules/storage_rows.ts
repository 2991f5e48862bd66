import { broken, event, podOf, pvc, snapshotOf, waiting } from "../../status/objects.ts";
import { HEALTHY, of, type Row } from "../rule_row.ts";

const mountPod = podOf("alga-core", waiting("ContainerCreating"));

const claim = pvc("alga-core-sebastian-postgres-data", "Pending");

const freshClaim = pvc("alga-core-sebastian-postgres-data", "Pending", { createdSecAgo: 20 });

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
