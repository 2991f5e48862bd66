import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE } from "./phrases.ts";

/** A part that is not ready, for whatever reason. */
export interface PartWords {
  component: string;
  /** `switched-off`: none of it is wanted. */
  state: "switched-off" | "not-ready";
  /** How long it has not been ready. */
  age: string;
}

const isOff = "It was switched off: none of it is to run.";
const sinceWhen = (w: PartWords) =>
  w.state === "switched-off" ? isOff : `It has not been ready for ${w.age}.`;
const withoutCause = (w: PartWords) =>
  w.state === "switched-off" ? isOff : `It has not been ready for ${w.age}; no cause is known.`;
const installAgain = `Wait a few minutes. If it stays, run setup again. ${BUNDLE}`;
const readLog = `Read its log. ${BUNDLE}`;
const isNotReady = (w: PartWords) => `${w.component} is not ready`;

/** Parts that have not been ready for long without anything that explains it: one id per tier. */
export const PART = {
  controllerDown: {
    id: "flux.controller-down",
    kind: "general",
    owner: "vendor",
    title: (w) => `${w.component} is not running`,
    reason: sinceWhen,
    nextAction: installAgain,
    retrySafe: true,
    action: "open-setup",
    remedy: "rerun-setup",
  } satisfies CauseShape<PartWords>,
  platformDown: {
    id: "platform.part-down",
    kind: "general",
    owner: "vendor",
    title: (w) => `${w.component} is not running`,
    reason: sinceWhen,
    nextAction: installAgain,
    retrySafe: true,
    action: "open-setup",
    remedy: "rerun-setup",
  } satisfies CauseShape<PartWords>,
  coreDegraded: {
    id: "core.degraded",
    kind: "symptom",
    owner: "vendor",
    title: isNotReady,
    reason: withoutCause,
    nextAction: readLog,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<PartWords>,
  loginDegraded: {
    id: "login.degraded",
    kind: "symptom",
    owner: "vendor",
    title: isNotReady,
    reason: withoutCause,
    nextAction: readLog,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<PartWords>,
  backgroundDegraded: {
    id: "bg.degraded",
    kind: "symptom",
    owner: "vendor",
    title: isNotReady,
    reason: withoutCause,
    nextAction: readLog,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<PartWords>,
};
