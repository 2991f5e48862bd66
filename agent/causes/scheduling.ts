import type { CauseShape } from "./cause_shape.ts";
import { midSentence } from "./phrases.ts";

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
    reason: "Another program on this machine uses the port.",
    nextAction: 'Stop the other program ("sudo ss -ltnp" names it). The part then starts by itself.',
    patienceMs: 30_000,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ component: string }>,
  taint: {
    id: "sched.taint",
    kind: "symptom",
    owner: "nobody",
    title: (w) => `${w.component} waits for the machine`,
    reason: "The machine takes no new services just now.",
    nextAction: "Nothing to do. It starts by itself when the machine is ready again.",
    patienceMs: Infinity,
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<{ component: string }>,
};
