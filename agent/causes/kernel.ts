import { SYSCTL_FILE } from "../product/names.ts";
import type { CauseShape } from "./cause_shape.ts";
import { afterColon, BUNDLE } from "./phrases.ts";

const KEEP = `To keep it over a restart, write it into ${SYSCTL_FILE}.`;
const FOLLOWS = "What waits for it then starts by itself.";

/** Tables and guards of the kernel that all programs of the machine share. None of them is the disk, or the memory. */
export const KERNEL = {
  fileWatches: {
    id: "node.file-watches",
    kind: "cause",
    owner: "you",
    title: "This machine allows no further file watches",
    reason:
      "Programs that wait for files to change share a limit of the kernel (inotify), and it is used up. The disk is not full.",
    nextAction:
      `Raise the limit (sudo sysctl -w fs.inotify.max_user_instances=8192 fs.inotify.max_user_watches=524288). ${FOLLOWS} ${KEEP}`,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  keys: {
    id: "node.kernel-keys",
    kind: "cause",
    owner: "you",
    title: "This machine allows no further containers: its kernel keys are used up",
    reason: "Each container gets a key of the kernel, and their number is limited. The disk is not full.",
    nextAction:
      `Raise the limit (sudo sysctl -w kernel.keys.root_maxkeys=1000000 kernel.keys.root_maxbytes=25000000 kernel.keys.maxkeys=20000 kernel.keys.maxbytes=2000000). ${FOLLOWS} ${KEEP}`,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  processes: {
    id: "node.process-limit",
    kind: "cause",
    owner: "you",
    title: "This machine can start no further processes",
    reason: "The number of processes and threads is limited, and it is used up.",
    nextAction:
      'See which program has so many ("ps -eo nlwp=,comm= --sort=-nlwp"), and end it or restart the machine (sudo systemctl reboot).',
    retrySafe: true,
    action: "restart-machine",
  } satisfies CauseShape,
  openFiles: {
    id: "node.open-files",
    kind: "cause",
    owner: "you",
    title: "This machine can open no further files",
    reason: "The number of open files is limited, and it is used up. The disk is not full.",
    nextAction: `Restart the machine (sudo systemctl reboot). If it comes back: ${afterColon(BUNDLE)}`,
    retrySafe: true,
    action: "restart-machine",
  } satisfies CauseShape,
  appArmor: {
    id: "node.apparmor",
    kind: "cause",
    owner: "you",
    title: "The security module AppArmor does not let containers start",
    reason: "Kubernetes sets a profile of AppArmor for each container, and it could not be loaded or set.",
    nextAction:
      "Bring its programs and profiles back (sudo apt install --reinstall apparmor, then sudo systemctl restart apparmor k3s). If it stays, restart the machine (sudo systemctl reboot).",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
};
