import { sentence } from "../text/sentence.ts";
import type { CauseShape } from "./cause_shape.ts";
import { afterColon, BUNDLE, QUOTED, RESTART_K3S } from "./phrases.ts";

const AT_NODE = { tier: "platform", component: "node" } as const;

/** The service "k3s", which is Kubernetes on this machine. */
export const K3S = {
  download: {
    id: "k3s.download",
    kind: "cause",
    owner: "you",
    place: { tier: "platform", component: "setup" },
    title: "The Kubernetes program is damaged",
    reason: "It is not the one that was expected: the download was cut, or something on the way changed it.",
    nextAction: (w) =>
      sentence(w.nextStep || "Try again (sudo alga-agent setup --retry): it is downloaded again"),
    retrySafe: true,
    action: "retry",
  } satisfies CauseShape<{ /** What the failure itself advises; "" when nothing. */ nextStep: string }>,
  startPort: {
    id: "k3s.start-port",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: (w) => `Kubernetes cannot start: port ${w.port} is in use`,
    reason: "Another program on this machine holds the port.",
    nextAction: (w) =>
      `Stop the other program ("sudo ss -ltunp" shows who uses port ${w.port}). Kubernetes then starts by itself.`,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ port: string }>,
  startCgroup: {
    id: "k3s.start-cgroup",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "Kubernetes cannot start: the kernel's control groups are missing or too old",
    reason: "The kernel does not count memory for programs, or in the old way (v1) only.",
    nextAction:
      'Add "cgroup_enable=memory" to the boot parameters in /etc/default/grub and take "systemd.unified_cgroup_hierarchy=0" out, then: sudo update-grub and sudo systemctl reboot.',
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  databaseCorrupt: {
    id: "k3s.db-corrupt",
    kind: "cause",
    owner: "vendor",
    place: AT_NODE,
    title: "The database of Kubernetes is damaged",
    reason: "This happens after a power cut or a fault of the disk. The data of Alga lies elsewhere.",
    nextAction: `Do not delete anything and do not reset. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape,
  configInvalid: {
    id: "k3s.config-invalid",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "Kubernetes cannot read its configuration",
    reason: (w) =>
      `/etc/rancher/k3s/config.yaml, or a file beside it, is not valid YAML${
        w.line === "" ? "" : `, line ${w.line}`
      }.`,
    nextAction:
      `Correct the file, or restore it: its last good form is written again when setup tries again. Then ${
        afterColon(RESTART_K3S)
      }.`,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ /** "" where the text does not tell it. */ line: string }>,
  registriesInvalid: {
    id: "k3s.registries-invalid",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "Kubernetes cannot read its list of registries",
    reason: (w) =>
      `/etc/rancher/k3s/registries.yaml is not valid YAML${w.line === "" ? "" : `, line ${w.line}`}.`,
    nextAction: `Correct the file. Then ${
      afterColon(RESTART_K3S)
    }; stopping it may take a minute and a half.`,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ /** "" where the text does not tell it. */ line: string }>,
  tokenInvalid: {
    id: "k3s.token-invalid",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "Kubernetes does not accept its own key",
    reason: "The token in its configuration has not the form that it expects.",
    nextAction: `Restore the token in /etc/rancher/k3s/config.yaml from a copy, then ${
      afterColon(RESTART_K3S)
    }. Do not make a new one: the data are locked with the old one.`,
    retrySafe: false,
    action: "fix-machine",
  } satisfies CauseShape,
  certificateExpired: {
    id: "k3s.cert-expired",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "An internal certificate of Kubernetes has expired",
    reason: "Its parts do not trust each other any more.",
    nextAction: `Check the clock of this machine (timedatectl). Then ${
      afterColon(RESTART_K3S)
    }: it renews its certificates.`,
    retrySafe: true,
    action: "restart-machine",
    remedy: "restart-k3s",
  } satisfies CauseShape,
  tokenMismatch: {
    id: "k3s.token-mismatch",
    kind: "cause",
    owner: "vendor",
    place: AT_NODE,
    title: "Kubernetes finds data that another key has locked",
    reason: "They are from an earlier installation, or its key was replaced.",
    nextAction: `Bring the old key back. Do not delete anything. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape,
  crashLoop: {
    id: "k3s.crash-loop",
    kind: "general",
    owner: "vendor",
    place: AT_NODE,
    title: "Kubernetes keeps stopping",
    reason: (w) =>
      `${
        w.isRunnable ? `It was started ${w.times} times in the last minutes.` : "Its program cannot be run."
      } ${QUOTED}`,
    nextAction: BUNDLE,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<
    { times: number; /** As against one that systemd cannot even begin. */ isRunnable: boolean }
  >,
  stopped: {
    id: "k3s.stopped",
    kind: "general",
    owner: "you",
    place: AT_NODE,
    title: "Kubernetes has stopped with an error",
    reason: `Its service ended for a reason that we do not know. ${QUOTED}`,
    nextAction:
      `Put right what the quoted line names. The service is started again by itself within a minute. If it stays: ${
        afterColon(BUNDLE)
      }`,
    consequence: "The state of the appliance cannot be seen.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  iptablesFlushed: {
    id: "k3s.iptables-flushed",
    kind: "cause",
    owner: "you",
    place: { tier: "platform", component: "network" },
    title: "Another program removes the network rules of Kubernetes",
    reason: (w) =>
      `Kubernetes found its rules gone and made them again${
        w.times > 1 ? `, ${w.times} times` : ""
      }; until then its services cannot reach each other.`,
    nextAction:
      "Find the program that clears the firewall (systemctl list-units shows what runs: ufw, firewalld, security software) and exempt the rules named KUBE- and CNI-.",
    patienceMs: 10 * 60_000,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ times: number }>,
  noKernelLog: {
    id: "k3s.no-kmsg",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "Kubernetes cannot start: this machine is a container without a kernel of its own",
    reason: "It looks for the kernel's messages (/dev/kmsg), which a container (LXC) does not have.",
    nextAction: "Make a virtual machine for the appliance in the hypervisor: it cannot run in a container.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  apiDown: {
    id: "k3s.api-down",
    kind: "cause",
    owner: "you",
    place: AT_NODE,
    title: "Kubernetes does not answer",
    reason: (w) => `Its last answer came ${w.age} ago. What is shown may be old.`,
    nextAction: (w) =>
      w.phase === "silent"
        ? `Wait a minute. If it stays, ${afterColon(RESTART_K3S)} or the machine.`
        : `${RESTART_K3S} or the machine.`,
    consequence: "The state of the appliance cannot be seen.",
    retrySafe: true,
    action: "restart-machine",
    remedy: "restart-k3s",
  } satisfies CauseShape<{
    age: string;
    /** Whether it fell silent only now, or has been silent for minutes. */
    phase: "silent" | "lasting";
  }>,
};
