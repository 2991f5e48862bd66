import type { Failure as OperationFailure } from "../operation/failure.ts";
import type { OperationState, StepRow as OperationStepRow } from "../operation/operation.ts";
import type { Acknowledgement, PreflightReport } from "../preflight/check.ts";
import type { Origin, SetupField } from "./inputs/schema.ts";

/** Steps of setup in running order; ids are stored, so never renamed. */
export const STEP_IDS = [
  "preflight",
  "resolve",
  "k3s",
  "storage",
  "flux",
  "values",
  "source",
  "login",
] as const;
export type StepId = typeof STEP_IDS[number];

export type { FailureClass } from "../operation/failure.ts";

/** A failed step in words an administrator can act on. No secret, no stack. */
export type Failure = OperationFailure<StepId>;

/** Where setup stands. @see OperationState */
export type SetupState = Exclude<OperationState<StepId>, { status: "cancelled" }>;

/** One row of the progress page. */
export type StepRow = OperationStepRow<StepId>;

/** One given answer as shown; secrets are described ("set, 18 characters"), never repeated. */
export interface Answer {
  field: SetupField;
  label: string;
  value: string;
  origin: Origin;
}

/** Everything the faces show of setup. */
export interface SetupView {
  state: SetupState;
  steps: readonly StepRow[];
  answers: readonly Answer[];
  preflight?: PreflightReport;
  acknowledgements: readonly Acknowledgement[];
  /** Release chosen by the resolve step. */
  release?: { version: string; channel: string; manifestDigest: string };
  /** Last lines of what the steps said, newest last, at most 200. */
  log: readonly { at: string; stepId: StepId; text: string }[];
}
