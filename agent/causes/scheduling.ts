import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE, midSentence, QUOTED } from "./phrases.ts";

/** Parts for which the machine has no place. */
export const SCHEDULING = {
  resources: {
    id: "sched.resources",
    kind: "cause",
    owner: "you",
    title: (w) => `The machine is too small for ${midSentence(w.component)}`,
    reason: (w) => `There is not enough ${w.lacking} left to start it.`,
    nextAction: (w) => `Give the virtual machine more ${w.lacking} in the hypervisor.`,
    patienceMs: 30_000,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ component: string; /** "memory and processor power" */ lacking: string }>,
  port: {
    id: "sched.port",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} cannot start: its network port is in use`,
    // The scheduler counts the ports of pods alone: no program outside of the cluster is ever meant.
    reason: (w) =>
      w.holder === "stopping"
        ? "The previous instance of it is still stopping, and holds the port."
        : w.holder === "previous"
        ? "The previous instance of it still runs, and holds the port."
        : w.holder === ""
        ? "Another part of the cluster holds the port."
        : `${w.holder} holds the port.`,
    nextAction: (w) =>
      w.holder === "stopping"
        ? "It starts when the previous instance has ended. If that does not come to an end, restart the machine (sudo systemctl reboot)."
        : w.holder === "previous"
        ? `Stop the previous instance (sudo ${w.command}). It is made again by itself.`
        : "See who holds the port (sudo k3s kubectl get pods -A), and remove it or give it another port.",
    patienceMs: 30_000,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{
    component: string;
    /** A stopping or running instance of the same part, the title of another, "" when not known. */
    holder: string;
    /** What ends the previous instance; "" where there is none. */
    command: string;
  }>,
  volumeElsewhere: {
    id: "sched.volume-elsewhere",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} cannot start: its volume belongs to another machine`,
    reason: "The volume was made by a machine of another name, and its data lie there.",
    nextAction:
      "Restore the name that this machine had before (sudo hostnamectl set-hostname), or switch that other machine on in the hypervisor. Do not delete the volume.",
    patienceMs: 30_000,
    retrySafe: false,
    action: "fix-machine",
  } satisfies CauseShape<{ component: string }>,
  unplaced: {
    id: "sched.unplaced",
    kind: "general",
    owner: "you",
    title: (w) => `${w.component} finds no place on this machine`,
    reason: `Kubernetes gives a reason that we do not know. ${QUOTED}`,
    nextAction: BUNDLE,
    patienceMs: 30_000,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{ component: string }>,
  taint: {
    id: "sched.taint",
    kind: "symptom",
    owner: "nobody",
    title: (w) => `${w.component} waits for the machine`,
    reason: (w) =>
      w.mark === ""
        ? "The machine takes no new services just now."
        : `Somebody gave the machine the mark "${w.mark}", so that it takes no new services.`,
    nextAction: "Nothing to do. It starts by itself when the machine is ready again.",
    limit: {
      afterMs: 30 * 60_000,
      nextAction: (w) =>
        w.mark === ""
          ? "The machine has taken nothing new for long: restart it, and look at its marks (sudo k3s kubectl describe node)."
          : `Take the mark away when its reason is gone (sudo k3s kubectl taint nodes ${w.node} ${w.mark}-).`,
      owner: "you",
      action: "fix-machine",
    },
    patienceMs: Infinity,
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<{
    component: string;
    /** Key of a taint that Kubernetes does not set itself; "" where there is none. */
    mark: string;
    node: string;
  }>,
};
