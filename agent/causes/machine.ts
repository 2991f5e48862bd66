import type { CauseShape } from "./cause_shape.ts";
import { FREE_SPACE, itSaid } from "./phrases.ts";

/** Disk, memory, address and name of the machine. */
export const MACHINE = {
  diskPressure: {
    id: "disk.pressure",
    kind: "cause",
    owner: "you",
    title: "The disk is nearly full",
    reason: "Services are being stopped to save what space is left.",
    nextAction: FREE_SPACE,
    retrySafe: true,
    action: "free-disk",
    remedy: "prune-images",
  } satisfies CauseShape,
  diskFull: {
    id: "disk.full",
    kind: "cause",
    owner: "you",
    place: { tier: "fullHealth", component: "appliance" },
    title: "The disk of this appliance is full",
    reason: (w) => `There is no room for "${w.path}". What changes now is not kept over a restart.`,
    nextAction:
      "Enlarge the disk, or free space: old logs (sudo journalctl --vacuum-size=200M, and other files in " +
      "/var/log), then images that nothing uses (sudo k3s crictl rmi --prune). This goes away by itself.",
    consequence: "The appliance cannot save its own state.",
    retrySafe: true,
    action: "free-disk",
    remedy: "prune-images",
  } satisfies CauseShape<{ path: string }>,
  diskReadOnly: {
    id: "disk.readonly",
    kind: "cause",
    owner: "you",
    title: "The disk can only be read",
    reason: (w) => `Writing fails. The disk or the storage behind it has a fault.${itSaid(w.detail)}`,
    nextAction: "Check the storage of this virtual machine in the hypervisor before anything else.",
    retrySafe: false,
    action: "fix-machine",
  } satisfies CauseShape<{ detail: string }>,
  diskErrors: {
    id: "disk.io-error",
    kind: "cause",
    owner: "you",
    title: "The disk reports errors",
    reason: (w) => `A part of it cannot be read or written.${itSaid(w.detail)}`,
    nextAction:
      "Make a copy of the virtual disk in the hypervisor, and check the storage behind it, before anything else.",
    retrySafe: false,
    action: "fix-machine",
  } satisfies CauseShape<{ detail: string }>,
  diskSlow: {
    id: "disk.slow",
    kind: "cause",
    owner: "you",
    title: "The disk is too slow for Kubernetes",
    reason: (w) => `Writing to its database took longer than a second, ${w.times} times in the last minutes.`,
    nextAction:
      "In the hypervisor, move the virtual machine to a faster disk (SSD), or give it more of the one that it shares.",
    patienceMs: 5 * 60_000,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ times: number }>,
  outOfMemory: {
    id: "mem.oom-host",
    kind: "cause",
    owner: "you",
    title: "This machine runs out of memory",
    reason: "Services are being stopped to keep it alive.",
    nextAction: "Give the virtual machine more memory in the hypervisor: 16 GiB or more.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  containerOutOfMemory: {
    id: "mem.oom-container",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} ran out of memory`,
    reason: "It was stopped when it needed more than it may have.",
    nextAction: "Give the machine 16 GiB of memory or more. If it has them, report this to Alga support.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ component: string }>,
  addressChanged: {
    id: "net.node-ip-changed",
    kind: "cause",
    owner: "you",
    title: (w) =>
      w.now === "" ? "This machine has a new address" : `This machine has a new address, ${w.now}`,
    reason: (w) =>
      w.before === "" ? "Kubernetes knows it by another one." : `Kubernetes knows it by ${w.before}.`,
    nextAction:
      "Restore its old address, ideally with a DHCP reservation. Or restart the machine (sudo systemctl reboot), so that Kubernetes takes the new one.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Change>,
  noDefaultRoute: {
    id: "node.no-default-route",
    kind: "cause",
    owner: "network-admin",
    title: "This machine has no default gateway",
    reason: "Kubernetes cannot tell by which address it is reached, so it does not start.",
    nextAction: 'Enter the gateway in the network settings of this machine ("ip route" shows what it has).',
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape,
  nameChanged: {
    id: "node.hostname-changed",
    kind: "cause",
    owner: "you",
    title: (w) => w.now === "" ? "This machine has a new name" : `This machine has a new name, "${w.now}"`,
    reason: (w) =>
      w.before === ""
        ? "Kubernetes knows it by another one."
        : `Kubernetes and its data know it as "${w.before}".`,
    nextAction: (w) =>
      `Restore its old name${
        w.before === "" ? "" : ` (hostnamectl set-hostname ${w.before})`
      } and restart it (sudo systemctl reboot).`,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Change>,
};

/** What it is now and what Kubernetes knows; "" where the text does not tell it. */
interface Change {
  now: string;
  before: string;
}
