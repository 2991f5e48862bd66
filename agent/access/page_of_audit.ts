import type { JournalEntry } from "../state/chained_lines.ts";
import { auditGroup } from "./audit_words.ts";

export interface AuditQuery {
  /** Entries of this group alone; "" is all. */
  group: string;
  /** Entries before this number. */
  before?: number | undefined;
  /** Entries of this time or later, ISO 8601. */
  since?: string | undefined;
  limit: number;
}

/** A part of the log, newest first. */
export interface AuditPart {
  shown: readonly JournalEntry[];
  /** What to ask for the part before this one; `undefined` when there is none. */
  before: number | undefined;
  /** Groups that occur in the whole log. */
  groups: readonly string[];
}

export function pageOfAudit(entries: readonly JournalEntry[], query: AuditQuery): AuditPart {
  const { group, before = Infinity, since, limit } = query;
  const sinceMs = since === undefined ? -Infinity : Date.parse(since);
  const fitting = entries.filter((it) =>
    it.seq < before && (group === "" || auditGroup(it.type) === group) && Date.parse(it.at) >= sinceMs
  );
  const shown = fitting.slice(Math.max(0, fitting.length - limit)).reverse();
  return {
    shown,
    before: shown.length < fitting.length ? shown.at(-1)?.seq : undefined,
    groups: [...new Set(entries.map((it) => auditGroup(it.type)))],
  };
}
