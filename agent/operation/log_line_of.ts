import { type EntryLine, eventLine, type OperationEvent } from "../state/entry_words.ts";
import type { Operation } from "./operation.ts";

/** What the record and the pages have and the agent's own log has not. */
const NOT_LOGGED: ReadonlySet<OperationEvent> = new Set(
  [
    "checked",
    "checks-done",
    "check.acknowledged",
    "step.progress",
    "owed",
    "discharged",
    "made-way",
  ] as const,
);

/** What the agent's own log says of an entry of the operation's journal; `undefined` where that is for the pages alone. */
export function logLineOf(
  { title, steps }: Pick<Operation<unknown>, "title"> & { steps: readonly { id: string; title: string }[] },
  event: OperationEvent,
  data: Readonly<Record<string, unknown>>,
): EntryLine & { step?: string } | undefined {
  if (NOT_LOGGED.has(event) || event === "step.succeeded" && data.found === true) return undefined;
  const step = typeof data.stepId === "string" ? data.stepId : undefined;
  const stepTitle = steps.find((it) => it.id === step)?.title ?? step;
  return { ...eventLine(title, event, data, stepTitle), ...step === undefined ? {} : { step } };
}
