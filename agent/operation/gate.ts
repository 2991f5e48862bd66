import type { Condition } from "./operation.ts";
import type { StepFailure } from "./failure.ts";

/** Looks whether the first effect may come: shown as the first step, changes nothing. */
export interface Gate<Context, Report> {
  id: string;
  title: string;
  failure: StepFailure;
  /** Gives what is written to the journal and shown. */
  check(context: Context): Promise<Report>;
  /** What of a report stands in the way. */
  conditions(report: Report): readonly Condition[];
  /** One line when it is done. */
  summary?(report: Report): string;
}
