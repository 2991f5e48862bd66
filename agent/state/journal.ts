import { createHash } from "node:crypto";
import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { MODE, PATHS } from "./paths.ts";

/** One thing that happened. `data` holds no secret. */
export interface JournalEntry {
  /** Counts from 1 without a gap. */
  seq: number;
  at: string;
  type: string;
  data: Record<string, unknown>;
}

/** The appliance's memory: append-only, one checksummed JSON line per entry. */
export interface Journal {
  /** Durable when it resolves. Appends run one after another. @throws {AgentError} STATE_WRITE_FAILED */
  append(type: string, data: Record<string, unknown>): Promise<JournalEntry>;
  entries(): readonly JournalEntry[];
  /** What was wrong with the file at start, for people; `undefined` when it was whole. */
  readonly damage: string | undefined;
}

const Line = z.object({
  seq: z.int().positive(),
  at: z.string(),
  type: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  sum: z.string(),
});

/**
 * Reads the journal. A torn last line (power cut) is dropped. A line that does not fit the one before it (checksums are
 * chained) ends what can be trusted: the file is moved aside whole, and the good part is written anew.
 */
export async function openJournal(host: Host, clock: Clock): Promise<Journal> {
  const text = await host.readText(PATHS.journal, { maxBytes: 256 * 1024 * 1024 }) ?? "";
  const read = readJournal(text);
  if (read.problem !== undefined) await setAside(host, clock);
  if (read.goodLength !== text.length) {
    await host.writeFile(PATHS.journal, text.slice(0, read.goodLength), { mode: MODE.secretFile });
  }
  const entries = read.entries;
  let lastSum = read.lastSum;
  let tail: Promise<unknown> = Promise.resolve();

  async function append(type: string, data: Record<string, unknown>): Promise<JournalEntry> {
    const entry = { seq: entries.length + 1, at: isoNow(clock), type, data };
    const sum = checksum(lastSum, entry);
    await host.appendFile(PATHS.journal, `${JSON.stringify({ ...entry, sum })}\n`, { mode: MODE.secretFile });
    lastSum = sum;
    entries.push(entry);
    return entry;
  }

  return {
    damage: read.problem,
    entries: () => entries,
    append(type, data) {
      const result = tail.then(() => append(type, data));
      tail = result.catch(() => {});
      return result;
    },
  };
}

/** What of a journal's text can be trusted. Never throws. */
export function readJournal(
  text: string,
): { entries: JournalEntry[]; lastSum: string; goodLength: number; problem?: string } {
  const entries: JournalEntry[] = [];
  let lastSum = "";
  let goodLength = 0;
  while (goodLength < text.length) {
    const end = text.indexOf("\n", goodLength);
    if (end < 0) return { entries, lastSum, goodLength }; // torn by a power cut: never acknowledged, so never needed
    const parsed = parseLine(text.slice(goodLength, end), lastSum, entries.length + 1);
    if (typeof parsed === "string") {
      return {
        entries,
        lastSum,
        goodLength,
        problem: `Line ${entries.length + 1} of the journal is damaged: ${parsed}`,
      };
    }
    entries.push(parsed.entry);
    lastSum = parsed.sum;
    goodLength = end + 1;
  }
  return { entries, lastSum, goodLength };
}

function parseLine(
  line: string,
  lastSum: string,
  seq: number,
): { entry: JournalEntry; sum: string } | string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return "it is not JSON"; // the parser's own words quote what may be another file's secret
  }
  const parsed = Line.safeParse(json);
  if (!parsed.success) return "it is not a journal entry";
  const { sum, ...entry } = parsed.data;
  if (entry.seq !== seq) return `number ${entry.seq} stands where ${seq} belongs`;
  // The raw object is summed, not zod's copy, so that key order is the one that was written.
  const { sum: _, ...raw } = json as Record<string, unknown>;
  if (checksum(lastSum, raw) !== sum) return "its checksum does not fit";
  return { entry, sum };
}

function checksum(lastSum: string, entry: object): string {
  return createHash("sha256").update(`${lastSum}\n${JSON.stringify(entry)}`).digest("hex").slice(0, 32);
}

async function setAside(host: Host, clock: Clock): Promise<void> {
  const bytes = await host.readBytes(PATHS.journal);
  if (!bytes) return;
  const stamp = isoNow(clock).replaceAll(/[:.]/g, "-");
  await host.makeFolder(PATHS.damagedDir, { mode: 0o700 });
  await host.writeFile(`${PATHS.damagedDir}/journal-${stamp}.jsonl`, bytes, { mode: MODE.secretFile });
}
