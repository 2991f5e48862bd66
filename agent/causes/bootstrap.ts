import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE, itSaid } from "./phrases.ts";

/** The first-time setup of the database. */
export const BOOTSTRAP = {
  running: {
    id: "app.bootstrap-running",
    kind: "general",
    owner: "nobody",
    place: { tier: "bootstrap", component: "bootstrap" },
    title: "The database is being prepared",
    reason: (w) =>
      w.step === "" ? "The first-time setup is running." : `The first-time setup is running: ${w.step}.`,
    nextAction: "Nothing to do. It goes on by itself.",
    limit: {
      afterMs: 60 * 60_000,
      nextAction: `It takes longer than it should. Read its lines below. ${BUNDLE}`,
      owner: "vendor",
      action: "call-vendor",
    },
    patienceMs: Infinity,
    retrySafe: true,
    action: "wait",
  } satisfies CauseShape<{ /** "" before the first step. */ step: string }>,
  failed: {
    id: "app.bootstrap-failed",
    kind: "general",
    owner: "vendor",
    title: "The first-time setup of the database failed",
    reason: (w) =>
      w.isLate
        ? `It did not finish in the time that it has.${w.detail === "" ? "" : ` Its last line: ${w.detail}`}`
        : w.detail === ""
        ? "Every attempt ended with an error."
        : `Its last error: ${w.detail}`,
    nextAction: `Read the error lines, then retry. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
    remedy: "reset-release",
  } satisfies CauseShape<{ detail: string; /** It was ended by its time limit. */ isLate: boolean }>,
  migrationFailed: {
    id: "app.migration-failed",
    kind: "cause",
    owner: "vendor",
    title: "A change of the database failed",
    reason: (w) => `The release could not bring the database up to date.${itSaid(w.detail)}`,
    nextAction: `Stop here: do not go back to an older release. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape<{ detail: string }>,
  seedGuard: {
    id: "app.seed-guard",
    kind: "cause",
    owner: "you",
    title: "The database is filled already",
    reason: "The first-time setup is set to refuse existing data. Nothing was changed.",
    nextAction: "Run setup again: it sets the mode that keeps existing data.",
    retrySafe: true,
    action: "open-setup",
    remedy: "rerun-setup",
  } satisfies CauseShape,
};
