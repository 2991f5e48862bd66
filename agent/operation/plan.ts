import type { Operation, PlannedStep } from "./operation.ts";
import type { Change, Step, StepTools } from "./step.ts";

/** What an operation would change now, step by step. Changes nothing. */
export async function planOperation<Inputs, Context extends StepTools>(
  operation: Pick<Operation<Inputs, Context>, "open" | "steps">,
  inputs: Inputs,
  given: Pick<StepTools, "host" | "clock" | "journal" | "signal">,
): Promise<PlannedStep[]> {
  const tools: StepTools = {
    ...given,
    say: () => {},
    progress: () => {},
    owe: () => Promise.reject(new TypeError("A dry run owes nothing")),
  };
  const opened = await operation.open(inputs);
  try {
    return await planSteps(operation.steps, { ...opened.context, ...tools } as unknown as Context);
  } finally {
    opened.close?.();
  }
}

async function planSteps<Context>(
  steps: readonly Step<Context>[],
  context: Context,
): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const step of steps) {
    // Asking before its time (no cluster yet) is an error, and then nobody can tell.
    const isDone = await step.look(context).catch(() => false) &&
      await (step.verify ?? step.look).call(step, context).catch(() => false);
    const changes = isDone ? [] : await step.plan?.(context).catch(() => undefined);
    planned.push({ id: step.id, title: step.title, isDone, changes: changes?.map(masked) });
  }
  return planned;
}

/** That a secret is set or changes may be seen, what it is may not. */
function masked(change: Change): Change {
  if (!change.isSecret) return change;
  const { from, to } = change;
  return {
    ...change,
    from: from === undefined ? undefined : "•••",
    to: to === undefined ? undefined : from === to ? "•••" : "••• (another)",
  };
}
