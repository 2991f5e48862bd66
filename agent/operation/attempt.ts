import type { JournalEntry } from "../state/journal.ts";

/** How an attempt ended, where it has. */
export interface Ending {
  finishedAt?: string;
  /** Why it failed. */
  problem?: string;
}

/** A text of an entry; empty where an entry has none of this name. */
export function textIn({ data }: JournalEntry, key: string): string {
  return typeof data[key] === "string" ? data[key] : "";
}

/** Why a step failed, by its entry. */
export function problemIn({ data }: JournalEntry): string {
  const message = (data.failure as { message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : "no reason is on record";
}

/** An attempt that had ended is under way again. */
export function goOn(attempt: Ending & { result: string }): void {
  attempt.result = "running";
  delete attempt.finishedAt;
  delete attempt.problem;
}
