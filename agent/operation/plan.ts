import type { PlannedStep } from "./operation.ts";
import type { Change, Step } from "./step.ts";

/** What the steps would change now, in their order. Changes nothing. */
export async function planSteps<Context>(
  steps: readonly Step<Context>[],
  contextFor: () => Context,
): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const step of steps) {
    const context = contextFor();
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
