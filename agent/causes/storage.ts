import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE, itSaid, midSentence } from "./phrases.ts";

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
    reason: (w) => `The volume "${w.volume}" is still waiting.${itSaid(w.detail)}`,
    nextAction:
      "Look at the storage service (sudo k3s kubectl -n local-path-storage get pods) and at what it says of the volume (sudo k3s kubectl get pvc -A).",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Volume & { detail: string }>,
  claimLost: {
    id: "stor.claim-lost",
    kind: "cause",
    owner: "vendor",
    title: (w) => `The storage of ${midSentence(w.component)} is gone`,
    reason: (w) => `The volume "${w.volume}" points to storage that Kubernetes does not know any more.`,
    nextAction: `Do not delete the volume and do not install again. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape<Volume>,
  provisioner: {
    id: "stor.provisioner",
    kind: "cause",
    owner: "you",
    title: "The storage service does not make volumes",
    reason: (w) => `The volume "${w.volume}" waits for it.${itSaid(w.detail)}`,
    nextAction:
      "Check that the data folder exists and can be written (ls -ld /var/mnt/alga-data/local-path-provisioner). The volume is then made by itself.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Volume & { detail: string }>,
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
  mount: {
    id: "stor.mount",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} cannot start: a part of its storage is missing`,
    reason: (w) =>
      w.missing === ""
        ? `A volume could not be mounted.${itSaid(w.detail)}`
        : `It needs "${w.missing}", which does not exist.`,
    nextAction: `Run setup again: it adds what is missing. ${BUNDLE}`,
    patienceMs: 30_000,
    retrySafe: true,
    action: "open-setup",
    remedy: "rerun-setup",
  } satisfies CauseShape<{ component: string; /** "" when not told. */ missing: string; detail: string }>,
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
