import { eventOf } from "../operation/entries.ts";
import type { JournalEntry } from "../state/journal.ts";

/** One update of the agent, as the journal tells of it. */
export interface AgentAttempt {
  at: string;
  by: string;
  from: string;
  to: string;
  result: "running" | "failed" | "cancelled" | "done";
  finishedAt?: string;
  problem?: string;
}

/** Every attempt that the journal knows, oldest first. */
export function foldAgentHistory(entries: readonly JournalEntry[]): AgentAttempt[] {
  const attempts: AgentAttempt[] = [];
  for (const entry of entries) {
    const event = eventOf("agent-update", entry);
    const { at, data } = entry;
    if (event === "requested") {
      const text = (key: string) => typeof data[key] === "string" ? data[key] as string : "";
      attempts.push({ at, by: text("by"), from: text("from"), to: text("to"), result: "running" });
    }
    const attempt = attempts.at(-1);
    if (!attempt) continue;
    if (event === "step.failed") {
      const message = (data.failure as { message?: unknown } | undefined)?.message;
      const problem = typeof message === "string" ? message : "no reason is on record";
      Object.assign(attempt, { result: "failed", finishedAt: at, problem });
    } else if (event === "retried" || event === "step.started") {
      attempt.result = "running";
      delete attempt.finishedAt;
      delete attempt.problem;
    } else if (event === "cancelled" || event === "finished") {
      Object.assign(attempt, { result: event === "finished" ? "done" : "cancelled", finishedAt: at });
    }
  }
  return attempts;
}
