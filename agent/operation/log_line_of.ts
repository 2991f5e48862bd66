import { durationText } from "../text/duration.ts";
import type { LogLevel } from "../text/log_line.ts";
import { sentence } from "../text/sentence.ts";
import type { Failure } from "./failure.ts";
import type { Operation } from "./operation.ts";

/** A line of the agent's own log. */
interface LogLine {
  level: LogLevel;
  text: string;
  step?: string;
}

/** Somebody ended it, or a restart did: nothing is wrong with this machine. */
const ENDED_FROM_OUTSIDE = ["CANCELLED", "INTERRUPTED"];

/**
 * What the agent's own log says of an entry of the operation's journal; `undefined` where that is for the pages alone. An error is
 * what stays as it is until a person comes.
 */
export function logLineOf(
  { title, steps }: Pick<Operation<unknown>, "title"> & { steps: readonly { id: string; title: string }[] },
  event: string,
  data: Readonly<Record<string, unknown>>,
): LogLine | undefined {
  const step = typeof data.stepId === "string" ? data.stepId : undefined;
  const stepTitle = steps.find((it) => it.id === step)?.title ?? step;
  const line = (level: LogLevel, text: string): LogLine => ({
    level,
    text,
    ...step === undefined ? {} : { step },
  });
  switch (event) {
    case "requested":
      return line("info", `${title}: asked for by ${data.by}`);
    case "recheck":
    case "retried":
      return line("info", `${title}: tried again, by ${data.by}`);
    case "step.started":
      return line("info", `${title}: ${stepTitle}`);
    case "step.succeeded":
      return data.found === true
        ? undefined
        : line("info", `${title}: ${stepTitle}: done in ${durationText(Number(data.durationMs))}`);
    case "step.failed": {
      const { code, message, suggestedNextStep } = data.failure as Failure;
      const isForPeople = data.nextAttemptAt === undefined && !ENDED_FROM_OUTSIDE.includes(code);
      const next = suggestedNextStep === "" ? "" : ` What to do: ${sentence(suggestedNextStep)}`;
      return line(isForPeople ? "error" : "warning", `${title}: ${stepTitle}: ${sentence(message)}${next}`);
    }
    case "blocked":
      return line("warning", `${title}: something stands in the way; its page says what`);
    case "cancelled":
      return line("warning", `${title}: stopped by ${data.by}`);
    case "finished":
      return line("info", `${title}: done`);
    default:
      return undefined;
  }
}
