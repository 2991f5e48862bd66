import { AgentError } from "../error.ts";
import type { StepFailure } from "./failure.ts";
import { type GateReader, openConditions } from "./conditions.ts";
import { entryOf } from "./entries.ts";
import { foldOperation } from "./fold_operation.ts";
import type { OperationName } from "./operation_name.ts";
import type { Step, StepTools } from "./step.ts";

/** Looks whether the first effect may come: shown as the first step, changes nothing. */
export interface Gate<Context, Report> extends GateReader<Report> {
  title: string;
  failure: StepFailure;
  /** Gives what is written to the journal and shown. */
  check(context: Context): Promise<Report>;
  /** One line when it is done. */
  summary(report: Report): string;
}

/** Something was found that needs a person; no failure of the step. */
export class GateClosed extends AgentError {
  constructor() {
    super("CANCELLED", "The checks found something to fix or to accept");
  }
}

/** The gate as the first step of an operation. */
export function gateStep<Context extends StepTools, Report>(
  name: OperationName,
  gate: Gate<Context, Report>,
): Step<Context> {
  const stillOpen = ({ journal }: Context) => {
    const { report, accepted } = foldOperation({ name, stepIds: [gate.id], gate }, journal.entries());
    return report === undefined ? undefined : openConditions(gate.conditions(report as Report), accepted);
  };
  return {
    id: gate.id,
    title: gate.title,
    failure: gate.failure,
    look: (context) => Promise.resolve(stillOpen(context)?.length === 0),
    async act(context) {
      const report = await gate.check(context);
      await context.journal.append(...entryOf(name, "checked", { report }));
      context.say(gate.summary(report));
      if (stillOpen(context)?.length !== 0) throw new GateClosed();
    },
  };
}
