import type { CauseShape } from "./cause_shape.ts";
import { FREE_SPACE } from "./phrases.ts";

/** Disk, memory, address and name of the machine. */
export const MACHINE = {
  diskPressure: {
    id: "disk.pressure",
    kind: "cause",
    owner: "you",
    title: "The disk is full, or nearly so",
    reason:
      "There is no room for what services have to write, or they are being stopped to save what is left.",
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
    reason: "Writing fails. The disk or the storage behind it has a fault.",
    nextAction: "Check the storage of this virtual machine in the hypervisor before anything else.",
    retrySafe: false,
    action: "fix-machine",
  } satisfies CauseShape,
  diskErrors: {
    id: "disk.io-error",
    kind: "cause",
    owner: "you",
    title: "The disk reports errors",
    reason: "A part of it cannot be read or written.",
    nextAction:
      "Make a copy of the virtual disk in the hypervisor, and check the storage behind it, before anything else.",
    retrySafe: false,
    action: "fix-machine",
  } satisfies CauseShape,
  resolvConf: {
    id: "node.resolv-conf",
    kind: "cause",
    owner: "you",
    title: "The file with the DNS servers of this machine is missing",
    reason: "Kubernetes is told to read it for every service that it starts.",
    nextAction:
      'Bring the file back: restart the service "systemd-resolved" (sudo systemctl restart systemd-resolved), or correct "resolv-conf" in /etc/rancher/k3s/config.yaml.',
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  cpuTooOld: {
    id: "node.cpu-too-old",
    kind: "cause",
    owner: "you",
    title: "The processor of this machine is too old, or hidden from it",
    reason: (w) =>
      `${w.component} needs ${
        w.level === "" ? "commands that the processor does not have" : `a processor of the level ${w.level}`
      }.`,
    nextAction:
      'In the hypervisor, let the virtual machine see the processor of its host (CPU type "host", or x86-64-v2 and newer), then start it again.',
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ component: string; /** "x86-64-v2"; "" where not told. */ level: string }>,
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
    reason: "There is none left for what has to run; services are stopped or cannot be started.",
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
    nextAction:
      "Give the machine 16 GiB of memory or more. If it has them, send the technical details to Alga support.",
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
      'Restore its old address: by a DHCP reservation, or fixed on the page "Network". Or restart the machine (sudo systemctl reboot), so that Kubernetes takes the new one.',
    retrySafe: true,
    action: "open-network",
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
