import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE } from "./phrases.ts";

/** A part that is not ready, for whatever reason. */
export interface PartWords {
  component: string;
  /** `switched-off`: none of it is wanted. */
  state: "switched-off" | "not-ready";
  /** How long it has not been ready. */
  age: string;
  /** Whether any of it has ever run, so that there is a log. */
  hasRun: boolean;
}

const isOff = "It was switched off: none of it is to run.";
const sinceWhen = (w: PartWords) =>
  w.state === "switched-off" ? isOff : `It has not been ready for ${w.age}.`;
const withoutCause = (w: PartWords) =>
  w.state === "switched-off" ? isOff : `It has not been ready for ${w.age}; no cause is known.`;
const installAgain = `Wait a few minutes. If it stays, run setup again. ${BUNDLE}`;
const readLog = (w: PartWords) => w.hasRun ? `Read its log. ${BUNDLE}` : BUNDLE;

const NOT_RUNNING = {
  kind: "general",
  owner: "vendor",
  title: (w) => `${w.component} is not running`,
  reason: sinceWhen,
  nextAction: (w) => w.state === "switched-off" ? `Run setup again. ${BUNDLE}` : installAgain,
  limit: {
    afterMs: 15 * 60_000,
    nextAction: `Run setup again. ${BUNDLE}`,
    owner: "vendor",
    action: "open-setup",
  },
  retrySafe: true,
  action: "open-setup",
  remedy: "rerun-setup",
} satisfies Omit<CauseShape<PartWords>, "id">;

const NOT_READY = {
  kind: "symptom",
  owner: "vendor",
  title: (w) => `${w.component} is not ready`,
  reason: withoutCause,
  nextAction: readLog,
  retrySafe: true,
  action: "call-vendor",
} satisfies Omit<CauseShape<PartWords>, "id">;

/** Parts that have not been ready for long without anything that explains it: one id per tier. */
export const PART = {
  controllerDown: {
    id: "flux.controller-down",
    ...NOT_RUNNING,
  } satisfies CauseShape<PartWords>,
  platformDown: {
    id: "platform.part-down",
    ...NOT_RUNNING,
  } satisfies CauseShape<PartWords>,
  coreDegraded: {
    id: "core.degraded",
    ...NOT_READY,
  } satisfies CauseShape<PartWords>,
  loginDegraded: {
    id: "login.degraded",
    ...NOT_READY,
  } satisfies CauseShape<PartWords>,
  backgroundDegraded: {
    id: "bg.degraded",
    ...NOT_READY,
  } satisfies CauseShape<PartWords>,
};
