import * as z from "zod";
import { type Foldable, type FoldedOperation, foldOperation } from "../operation/fold_operation.ts";
import type { OperationState } from "../operation/operation.ts";
import type { Acknowledgement, PreflightReport } from "../preflight/mod.ts";
import type { JournalEntry } from "../state/journal.ts";
import { preflightGate } from "./preflight_gate.ts";
import { type Answer, type SetupState, STEP_IDS, type StepId, type StepRow } from "./setup_state.ts";

/** What the journal says about setup. */
export interface FoldedSetup extends Pick<FoldedOperation, "checksOnly" | "runId" | "attempts"> {
  state: SetupState;
  rows: Record<StepId, Omit<StepRow, "id" | "title">>;
  answers: readonly Answer[];
  preflight: PreflightReport | undefined;
  acknowledgements: readonly Acknowledgement[];
}

const SETUP: Foldable = { name: "setup", stepIds: STEP_IDS, gate: preflightGate };
const Answers = z.array(z.looseObject({ field: z.string(), label: z.string(), value: z.string() }));

/** The state of setup from the journal alone. Pure and total. */
export function foldSetup(entries: readonly JournalEntry[]): FoldedSetup {
  const { state, rows, request, report, accepted, checksOnly, runId, attempts } = foldOperation(
    SETUP,
    entries,
  );
  return {
    state: toSetupState(state),
    rows: rows as FoldedSetup["rows"],
    answers: readAnswers(request?.data),
    preflight: report as PreflightReport | undefined,
    acknowledgements: accepted,
    checksOnly,
    runId,
    attempts,
  };
}

/** The answers as the journal's request shows them; none where they cannot be read. */
export function readAnswers(request: Readonly<Record<string, unknown>> | undefined): readonly Answer[] {
  return Answers.safeParse(request?.answers).success ? request?.answers as Answer[] : [];
}

/** Setup cannot be cancelled: it goes on, or other answers are given. */
export function toSetupState(state: OperationState): SetupState {
  return state.status === "cancelled" ? { status: "idle" } : state as SetupState;
}
