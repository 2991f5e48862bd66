import { createHash } from "node:crypto";
import * as z from "zod";

/** One thing that happened. `data` holds no secret. */
export interface JournalEntry {
  /** Counts from 1 without a gap. */
  seq: number;
  at: string;
  type: string;
  data: Record<string, unknown>;
}

/** How far a chain of entries reaches: the number of its last entry and its checksum; 0 and "" before the first. */
export interface ChainEnd {
  seq: number;
  sum: string;
}

export const NOTHING_YET: ChainEnd = { seq: 0, sum: "" };

const Line = z.object({
  seq: z.int().positive(),
  at: z.string(),
  type: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  sum: z.string(),
});

/** The line of an entry that follows what a chain ended with, and the checksum that the chain then ends with. */
export function chainedLine(lastSum: string, entry: JournalEntry): { line: string; sum: string } {
  const sum = checksum(lastSum, entry);
  return { line: `${JSON.stringify({ ...entry, sum })}\n`, sum };
}

/** An entry of a line that follows what a chain ended with; what is wrong with it, in words, where it does not. Never throws. */
export function parseChainedLine(
  line: string,
  after: ChainEnd,
): { entry: JournalEntry; sum: string } | string {
  const read = parseLine(line);
  if (typeof read === "string") return read;
  const { entry, sum, raw } = read;
  if (entry.seq !== after.seq + 1) return `number ${entry.seq} stands where ${after.seq + 1} belongs`;
  return checksum(after.sum, raw) === sum ? { entry, sum } : "its checksum does not fit";
}

/** An entry as it stands, whatever it follows; what is wrong with it, in words. Never throws. */
export function parseLine(line: string): { entry: JournalEntry; sum: string; raw: object } | string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return "it is not JSON"; // the parser's own words quote what may be another file's secret
  }
  const parsed = Line.safeParse(json);
  if (!parsed.success) return "it is not a journal entry";
  const { sum, ...entry } = parsed.data;
  // The raw object is summed, not zod's copy, so that key order is the one that was written.
  const { sum: _, ...raw } = json as Record<string, unknown>;
  return { entry, sum, raw };
}

function checksum(lastSum: string, entry: object): string {
  return createHash("sha256").update(`${lastSum}\n${JSON.stringify(entry)}`).digest("hex").slice(0, 32);
}
