import type { Acknowledgement, PreflightReport } from "../preflight/check.ts";
import type { Origin, SetupField } from "./inputs/schema.ts";

/** Steps of set-up in running order; ids are stored, so never renamed. @see design.md 4 */
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

/** Classes of failures. @see contract.md 9 */
export type FailureClass =
  | "network"
  | "dns"
  | "registry-release-source"
  | "k3s"
  | "flux"
  | "storage"
  | "app-bootstrap"
  | "app-readiness"
  | "background-services";

/** A failed step in words an administrator can act on. No secret, no stack. */
export interface Failure {
  category: FailureClass;
  stepId: StepId;
  code: string;
  message: string;
  /** More of the cause, for technical details. */
  details: string;
  suggestedNextStep: string;
  retrySafe: boolean;
  at: string;
}

/**
 * Where set-up stands.
 *
 * idle ─submit→ running(preflight) ─pass→ running(resolve … login) ─→ done
 * running(preflight) ─not passed→ blocked ─acknowledge/run again→ running
 * running(preflight, checksOnly) ─→ checked
 * running(any) ─error→ failed ─retry→ running
 */
export type SetupState =
  | { status: "idle" }
  | { status: "checked"; finishedAt: string }
  | { status: "running"; stepId: StepId; startedAt: string; message: string }
  | { status: "blocked"; since: string }
  | { status: "failed"; stepId: StepId; failure: Failure; nextAttemptAt?: string }
  | { status: "done"; finishedAt: string };

/** One row of the progress page. */
export interface StepRow {
  id: StepId;
  title: string;
  status: "waiting" | "running" | "done" | "failed";
  startedAt?: string;
  finishedAt?: string;
  /** What it is doing or what went wrong, one line. */
  message?: string;
}

/** One given answer as shown; secrets are described ("set, 18 characters"), never repeated. */
export interface Answer {
  field: SetupField;
  label: string;
  value: string;
  origin: Origin;
}

/** Everything the faces show of set-up. */
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
