import { type Ending, goOn, problemIn, textIn } from "../operation/attempt.ts";
import { eventOf } from "../operation/entries.ts";
import type { JournalEntry } from "../state/journal.ts";

/** One update of the agent, as the journal tells of it. */
export interface AgentAttempt extends Ending {
  at: string;
  by: string;
  from: string;
  to: string;
  result: "running" | "failed" | "cancelled" | "done";
}

/** Every attempt that the journal knows, oldest first. */
export function foldAgentHistory(entries: readonly JournalEntry[]): AgentAttempt[] {
  const attempts: AgentAttempt[] = [];
  for (const entry of entries) {
    const event = eventOf("agent-update", entry);
    const { at } = entry;
    if (event === "requested") {
      const text = (key: string) => textIn(entry, key);
      attempts.push({ at, by: text("by"), from: text("from"), to: text("to"), result: "running" });
    }
    const attempt = attempts.at(-1);
    if (!attempt) continue;
    if (event === "step.failed") {
      Object.assign(attempt, { result: "failed", finishedAt: at, problem: problemIn(entry) });
    } else if (event === "retried" || event === "step.started") {
      goOn(attempt);
    } else if (event === "cancelled" || event === "finished") {
      Object.assign(attempt, { result: event === "finished" ? "done" : "cancelled", finishedAt: at });
    }
  }
  return attempts;
}
