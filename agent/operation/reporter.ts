import { type Clock, isoNow } from "../clock.ts";
import type { OperationView } from "./operation.ts";
import { redactText } from "../text/redact/redact_text.ts";
import type { Progress } from "./step.ts";

const LOG_LINES = 200;
/** Progress comes as often as bytes do; readers and the journal are told less often. */
const TELL_EVERY_MS = 250;
const MARK_EVERY_MS = 60_000;

/** What the running step says of itself, without what looks like a credential. Lost with the process, but for a mark of its progress now and then. */
export interface Reporter {
  enter(stepId: string): void;
  say(text: string): void;
  /** A line that is not a step's own. */
  note(text: string): void;
  progress(progress: Progress): void;
  message(): string;
  log(): OperationView["log"];
  counted(): { stepId: string; progress: Progress; progressAt: string } | undefined;
}

export function createReporter(
  { clock, changed, mark }: {
    clock: Clock;
    changed(): void;
    /** Writes progress to the journal. */
    mark(stepId: string, progress: Progress): void;
  },
): Reporter {
  const log: { at: string; stepId: string; text: string }[] = [];
  let current = "";
  let message = "";
  let counted: ReturnType<Reporter["counted"]>;
  let toldMs = 0;
  let markedMs = 0;
  return {
    enter(stepId) {
      current = stepId;
      message = "";
      counted = undefined;
      markedMs = clock.nowMs();
    },
    say(text) {
      message = redactText(text);
      log.push({ at: isoNow(clock), stepId: current, text: message });
      if (log.length > LOG_LINES) log.shift();
      changed();
    },
    note: (text) => void (message = redactText(text)),
    progress(progress) {
      if (counted !== undefined && progress.done === counted.progress.done) return; // still there: not come on
      counted = { stepId: current, progress: { ...progress }, progressAt: isoNow(clock) };
      const nowMs = clock.nowMs();
      if (nowMs - toldMs >= TELL_EVERY_MS || progress.done === progress.total) {
        toldMs = nowMs;
        changed();
      }
      if (nowMs - markedMs >= MARK_EVERY_MS) {
        markedMs = nowMs;
        mark(current, counted.progress);
      }
    },
    message: () => message,
    log: () => log,
    counted: () => counted,
  };
}
