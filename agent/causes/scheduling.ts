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
    nextAction: (w) => `Give the machine more ${w.lacking}.`,
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
    nextAction: "Stop the other program.",
    patienceMs: 30_000,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{ component: string }>,
  volumeElsewhere: {
    id: "sched.volume-elsewhere",
    kind: "cause",
    owner: "you",
    title: (w) => `${w.component} cannot start: its volume belongs to another machine`,
    reason: "The volume was made by a machine of another name, and its data lie there.",
    nextAction:
      "Restore the name that this machine had before (hostnamectl), or switch that other machine on. Do not delete the volume.",
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
    reason: "The machine takes no new services just now.",
    nextAction: "Nothing to do. It starts when the machine is ready again.",
    patienceMs: Infinity,
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<{ component: string }>,
};
