import { isShared, type OperationEvent, splitEntry } from "../state/entry_words.ts";
import type { JournalEntry } from "../state/journal.ts";
import { newerState } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import type { OperationName } from "./operation_name.ts";

/** Grows when an older agent could no longer understand what an operation writes. Entries before it was written have none. */
export const JOURNAL_FORMAT = 1;

/** What an entry says of an operation ("requested", "step.started"); `undefined` when it is another's. */
export function eventOf(name: OperationName, entry: JournalEntry): string | undefined {
  const [of, event] = splitEntry(entry);
  return of === name ? event : undefined;
}

/** Type and data of an entry, the reverse of {@link eventOf}. */
export function entryOf(
  name: OperationName,
  event: OperationEvent,
  data: Record<string, unknown>,
): [type: string, data: Record<string, unknown>] {
  return isShared(event) ? [event, { operation: name, ...data }] : [`${name}.${event}`, data];
}

/** @throws {AgentError} STATE_NEWER when a newer agent has worked here: what it began cannot be gone on with. */
export function requireKnownFormat(entries: readonly JournalEntry[]): void {
  const isNewer = ({ type, data }: JournalEntry) =>
    type.endsWith(".requested") && typeof data.format === "number" && data.format > JOURNAL_FORMAT;
  const newer = entries.find(isNewer);
  if (newer === undefined) return;
  throw newerState(PATHS.journal, Number(newer.data.format));
}
