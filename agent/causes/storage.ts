import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE, itSaid, midSentence, QUOTED } from "./phrases.ts";

interface Volume {
  /** Title of the component that needs it. */
  component: string;
  volume: string;
}

/** Volumes that are not made, not mounted, or not usable. */
export const STORAGE = {
  pvcPending: {
    id: "stor.pvc-pending",
    kind: "general",
    owner: "you",
    title: (w) => `No storage could be made for ${midSentence(w.component)}`,
    reason: (w) => `The volume "${w.volume}" is still waiting. ${QUOTED}`,
    nextAction:
      "Look at the storage service (sudo k3s kubectl -n local-path-storage get pods) and at what it says of the volume (sudo k3s kubectl get pvc -A).",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Volume>,
  provisioner: {
    id: "stor.provisioner",
    kind: "cause",
    owner: "you",
    title: "The storage service does not make volumes",
    reason: (w) => `The volume "${w.volume}" waits for it.`,
    nextAction:
      "Check that the data folder exists and can be written (ls -ld /var/mnt/alga-data/local-path-provisioner). The volume is then made by itself.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Volume>,
  subPath: {
    id: "stor.subpath",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} cannot start: its storage could not be prepared`,
    reason: (w) => `A folder on the volume "${w.volume}" could not be made. Nothing was deleted.`,
    nextAction:
      "Look at the volume before anything is repaired (sudo ls -la /var/mnt/alga-data/local-path-provisioner). Trying again is safe.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Volume>,
  claimMissing: {
    id: "stor.claim-missing",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} cannot start: its storage is not there`,
    reason: (w) => `The volume claim "${w.volume}" does not exist any more, or is being deleted.`,
    nextAction: `Do not make an empty one in its place, and do not delete anything. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape<Volume>,
  claimLost: {
    id: "stor.claim-lost",
    kind: "cause",
    owner: "you",
    title: (w) => `The storage of ${midSentence(w.component)} is gone`,
    reason: (w) =>
      `${
        w.volume === "" ? "A volume that it needs" : `The volume "${w.volume}"`
      } points to storage that Kubernetes does not know any more. Its files may still lie on the disk.`,
    nextAction: `Do not delete the volume and do not install again. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape<Volume>,
  mount: {
    id: "stor.mount",
    kind: "cause",
    owner: "you",
    title: (w) =>
      w.folder === "" && w.missing === ""
        ? `${w.component} cannot start: its storage cannot be mounted`
        : `${w.component} cannot start: a part of its storage is missing`,
    reason: (w) =>
      w.folder !== ""
        ? `The folder ${w.folder} is not there, or is not what it should be.`
        : w.missing === ""
        ? `A volume could not be mounted. ${QUOTED}`
        : `It needs "${w.missing}", which does not exist.`,
    nextAction: (w) =>
      w.folder !== ""
        ? "Check that the disk behind this folder is mounted (lsblk -f, then sudo mount -a). Do not make an empty folder in its place."
        : BUNDLE,
    patienceMs: 30_000,
    retrySafe: false,
    action: "fix-machine",
  } satisfies CauseShape<{
    component: string;
    /** Secret or ConfigMap; "" when not told. */
    missing: string;
    /** Folder on this machine; "" when not told. */
    folder: string;
  }>,
  owner: {
    id: "stor.owner",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} may not use its own files`,
    reason: (w) =>
      `They belong to another user, or are left from an earlier installation.${itSaid(w.detail)}`,
    nextAction: `Do not delete anything. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{ component: string; detail: string }>,
};
