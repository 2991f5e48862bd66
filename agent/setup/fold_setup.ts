import type { Acknowledgement, PreflightReport } from "../preflight/mod.ts";
import type { JournalEntry } from "../state/journal.ts";
import type { Answer, Failure, SetupState, StepId, StepRow } from "./setup_state.ts";
import { STEP_IDS } from "./setup_state.ts";

/** What the journal says about set-up. */
export interface FoldedSetup {
  state: SetupState;
  rows: Record<StepId, Omit<StepRow, "id" | "title">>;
  answers: readonly Answer[];
  preflight: PreflightReport | undefined;
  acknowledgements: readonly Acknowledgement[];
  checksOnly: boolean;
  /** How often the failed step was tried in a row without a person asking. */
  attempts: number;
}

/**
 * The state of set-up from the journal alone; install-state.json is derived from this. Pure and total: entries of other
 * parts, and fields that are not as expected, are passed over.
 */
export function foldSetup(entries: readonly JournalEntry[]): FoldedSetup {
  const folded: FoldedSetup = fresh();
  for (const entry of entries) step(folded, entry);
  return folded;
}

function fresh(): FoldedSetup {
  return {
    state: { status: "idle" },
    rows: Object.fromEntries(STEP_IDS.map((it) => [it, { status: "waiting" }])) as FoldedSetup["rows"],
    answers: [],
    preflight: undefined,
    acknowledgements: [],
    checksOnly: false,
    attempts: 0,
  };
}

function step(folded: FoldedSetup, { type, at, data }: JournalEntry): void {
  const stepId = STEP_IDS.find((it) => it === data.stepId);
  switch (type) {
    case "setup.requested":
      Object.assign(folded, fresh(), { acknowledgements: folded.acknowledgements });
      folded.answers = (data.answers as Answer[] | undefined) ?? [];
      folded.checksOnly = data.checksOnly === true;
      folded.state = { status: "running", stepId: "preflight", startedAt: at, message: "" };
      break;
    case "setup.recheck":
      folded.preflight = undefined;
      folded.rows.preflight = { status: "waiting" };
      folded.state = { status: "running", stepId: "preflight", startedAt: at, message: "" };
      break;
    case "setup.checked":
      folded.preflight = data.report as PreflightReport | undefined;
      break;
    case "setup.blocked":
      folded.rows.preflight = { status: "failed" };
      folded.state = folded.checksOnly
        ? { status: "checked", finishedAt: at }
        : { status: "blocked", since: at };
      break;
    case "setup.checks-done":
      folded.state = { status: "checked", finishedAt: at };
      break;
    case "check.acknowledged":
      folded.acknowledgements = [...folded.acknowledgements, {
        checkId: String(data.checkId),
        by: String(data.by),
        at,
        found: String(data.found),
      }];
      break;
    case "setup.retried":
      folded.attempts = 0;
      break;
    case "step.started":
      if (!stepId) return;
      folded.rows[stepId] = { status: "running", startedAt: at };
      folded.state = { status: "running", stepId, startedAt: at, message: "" };
      folded.attempts = typeof data.attempt === "number" ? data.attempt : folded.attempts;
      break;
    case "step.succeeded":
      if (!stepId) return;
      folded.rows[stepId] = {
        status: "done",
        startedAt: folded.rows[stepId].startedAt ?? at,
        finishedAt: at,
      };
      folded.attempts = 0;
      break;
    case "step.failed": {
      if (!stepId) return;
      const failure = data.failure as Failure | undefined;
      if (!failure) return;
      folded.rows[stepId] = {
        ...folded.rows[stepId],
        status: "failed",
        finishedAt: at,
        message: failure.message,
      };
      const next = typeof data.nextAttemptAt === "string" ? { nextAttemptAt: data.nextAttemptAt } : {};
      folded.state = { status: "failed", stepId, failure, ...next };
      break;
    }
    case "setup.finished":
      folded.state = { status: "done", finishedAt: at };
      break;
  }
}
