import * as z from "zod";
import { type Acknowledgement, type PreflightReport, preflightVerdict } from "../preflight/mod.ts";
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
  /** Tells which answers were asked to be set up with; `undefined` before the first. */
  runId: string | undefined;
  /** How often set-up was tried again by itself since it was requested, or since a person asked. @see contract.md 6 */
  attempts: number;
}

// Only what is computed with is looked at; a newer version may know more words and fields.
const Report = z.looseObject({
  startedAt: z.string(),
  finishedAt: z.string(),
  results: z.array(z.looseObject({ id: z.string(), status: z.string(), found: z.string() })),
});
const Answers = z.array(z.looseObject({ field: z.string(), label: z.string(), value: z.string() }));
const FailureData = z.looseObject({
  category: z.string(),
  message: z.string(),
  suggestedNextStep: z.string(),
  retrySafe: z.boolean(),
});

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
    runId: undefined,
    attempts: 0,
  };
}

function step(folded: FoldedSetup, { type, at, data }: JournalEntry): void {
  const stepId = STEP_IDS.find((it) => it === data.stepId);
  switch (type) {
    case "setup.requested":
      Object.assign(folded, fresh(), { acknowledgements: folded.acknowledgements });
      folded.answers = read<Answer[]>(Answers, data.answers) ?? [];
      folded.checksOnly = data.checksOnly === true;
      folded.runId = typeof data.runId === "string" ? data.runId : undefined;
      folded.state = { status: "running", stepId: "preflight", startedAt: at, message: "" };
      break;
    case "setup.recheck":
      folded.preflight = undefined;
      folded.rows.preflight = { status: "waiting" };
      folded.state = { status: "running", stepId: "preflight", startedAt: at, message: "" };
      break;
    case "setup.checked":
      folded.preflight = read<PreflightReport>(Report, data.report);
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
      // The last open finding was accepted: set-up goes on, also when the agent dies before it can say so.
      if (
        folded.state.status === "blocked" && folded.preflight &&
        preflightVerdict(folded.preflight, folded.acknowledgements).canContinue
      ) {
        folded.state = { status: "running", stepId: "preflight", startedAt: at, message: "" };
      }
      break;
    case "setup.retried":
      folded.attempts = typeof data.attempt === "number" ? data.attempt : 0;
      if (folded.state.status === "failed") {
        const { stepId } = folded.state;
        folded.rows[stepId] = { status: "waiting" };
        folded.state = { status: "running", stepId, startedAt: at, message: "" };
      }
      break;
    case "step.started":
      if (!stepId) return;
      folded.rows[stepId] = { status: "running", startedAt: at };
      folded.state = { status: "running", stepId, startedAt: at, message: "" };
      break;
    case "step.succeeded":
      if (!stepId) return;
      folded.rows[stepId] = {
        status: "done",
        startedAt: folded.rows[stepId].startedAt ?? at,
        finishedAt: at,
      };
      break;
    case "step.failed": {
      if (!stepId) return;
      const failure = read<Failure>(FailureData, data.failure);
      if (!failure) return;
      folded.rows[stepId] = {
        ...folded.rows[stepId],
        status: "failed",
        finishedAt: at,
        message: failure.message,
      };
      const next = typeof data.nextAttemptAt === "string" && !Number.isNaN(Date.parse(data.nextAttemptAt))
        ? { nextAttemptAt: data.nextAttemptAt }
        : {};
      folded.state = { status: "failed", stepId, failure, ...next };
      break;
    }
    case "setup.finished":
      folded.attempts = 0;
      folded.state = { status: "done", finishedAt: at };
      break;
  }
}

function read<T>(schema: z.ZodType, value: unknown): T | undefined {
  return schema.safeParse(value).success ? value as T : undefined;
}
