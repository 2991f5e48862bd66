import * as z from "zod";
import type { Host } from "../host/host.ts";
import {
  type ChainEnd,
  type JournalEntry,
  NOTHING_YET,
  parseChainedLine,
  parseLine,
} from "../state/chained_lines.ts";
import { PATHS } from "../state/paths.ts";
import { AUDIT_CONTINUED, AUDIT_DAMAGED } from "./audit_log.ts";
import { readGeneration } from "./audit_generation.ts";

/** What the audit log tells, as it lies on the disk. */
export interface AuditRead {
  /** Oldest first. */
  entries: readonly JournalEntry[];
  /** What of it cannot be trusted, for people; `undefined` when every checksum fits. */
  problem: string | undefined;
}

/** So many lines are checked before others get their turn. */
const LINES_AT_ONCE = 500;

const After = z.object({ after: z.object({ seq: z.int().nonnegative(), sum: z.string() }) });

/**
 * Reads and checks both files of the log; for pages, command line and support bundle, in any process. Entries after a damaged one
 * are given too, as far as they can be read: what they say is better than nothing, and {@link AuditRead.problem} says so.
 */
export async function readAudit(host: Host): Promise<AuditRead> {
  const files = [PATHS.auditOlder, PATHS.audit];
  const [older = [], current = []] = await Promise.all(
    files.map(async (path) => (await readGeneration(host, path)).lines),
  );
  const entries: JournalEntry[] = [];
  let problem: string | undefined;
  let end: ChainEnd | undefined;
  for (const [index, line] of [...older, ...current].entries()) {
    if (index % LINES_AT_ONCE === LINES_AT_ONCE - 1) await new Promise((resolve) => setTimeout(resolve, 0));
    const isFirst = index === 0 || index === older.length;
    const start = isFirst ? startOf(line) : undefined;
    // The older file is gone, or never was: the first entry says what it follows.
    const after = end ?? start ?? NOTHING_YET;
    if (start && end && start.seq !== end.seq) {
      problem ??= `Entries between ${end.seq} and ${start.seq} are missing`;
    }
    const fitting = parseChainedLine(line, start ?? after);
    const read = typeof fitting === "string" ? parseLine(line) : fitting;
    if (typeof fitting === "string") problem ??= `Entry ${after.seq + 1} is damaged: ${fitting}`;
    if (typeof read === "string") continue;
    entries.push(read.entry);
    end = { seq: read.entry.seq, sum: read.sum };
  }
  return { entries, problem };
}

/** What the first entry of a file follows, where it says so. */
function startOf(line: string): ChainEnd | undefined {
  const read = parseLine(line);
  if (typeof read === "string") return undefined;
  const { type, data } = read.entry;
  if (type !== AUDIT_CONTINUED && type !== AUDIT_DAMAGED) return undefined;
  const parsed = After.safeParse(data);
  return parsed.success ? parsed.data.after : undefined;
}
