import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { chainedLine, type JournalEntry, parseChainedLine } from "./chained_lines.ts";
import { headProblem, readJournalHead, writeJournalHead } from "./journal_head.ts";
import { MODE, PATHS } from "./paths.ts";

export type { JournalEntry } from "./chained_lines.ts";

/** The appliance's memory: append-only, one checksummed JSON line per entry. */
export interface Journal {
  /** Durable when it resolves. Appends run one after another. @throws {AgentError} STATE_WRITE_FAILED */
  append(type: string, data: Record<string, unknown>): Promise<JournalEntry>;
  entries(): readonly JournalEntry[];
  /**
   * What is missing or wrong in what the journal tells, for people, at this start or an earlier one; `undefined` when it is
   * whole or somebody has accepted it as it is.
   */
  readonly damage: string | undefined;
  /** Somebody has looked at the facts: what the journal tells counts again. */
  acceptDamage(by: string): Promise<void>;
  /** Whether somebody did so at any time. */
  readonly wasAccepted: boolean;
  /** Something else shows that what happened is missing here: from now on the journal says that it is damaged. */
  tellDamage(problem: string): Promise<void>;
}

/** Entries of the journal about itself. */
const DAMAGED = "journal.damaged";
const ACCEPTED = "journal.accepted";

/**
 * Reads the journal. A torn last line (power cut) is dropped. A line that does not fit the one before it (checksums are
 * chained) ends what can be trusted; so does a journal that is shorter than its head says, or another one. The file as it was
 * is kept in `damaged/`, the good part is used, and the journal itself says from then on that it is damaged.
 */
export async function openJournal(host: Host, clock: Clock): Promise<Journal> {
  const text = await host.readText(PATHS.journal, { maxBytes: 256 * 1024 * 1024 }) ?? "";
  const read = readJournal(text);
  const head = await readJournalHead(host);
  const problem = read.problem ?? headProblem(head, read.sums);
  if (problem !== undefined) await setAside(host, clock);
  if (read.goodLength !== text.length) {
    await host.writeFile(PATHS.journal, text.slice(0, read.goodLength), { mode: MODE.secretFile });
  }
  const entries = read.entries;
  let lastSum = read.sums.at(-1) ?? "";
  let damage = problem ?? damageOf(entries);
  let tail: Promise<unknown> = Promise.resolve();

  async function append(type: string, data: Record<string, unknown>): Promise<JournalEntry> {
    const entry = { seq: entries.length + 1, at: isoNow(clock), type, data };
    const { line, sum } = chainedLine(lastSum, entry);
    await host.appendFile(PATHS.journal, line, { mode: MODE.secretFile });
    lastSum = sum;
    entries.push(entry);
    await writeJournalHead(host, { seq: entry.seq, sum });
    return entry;
  }

  const journal: Journal = {
    get damage() {
      return damage;
    },
    entries: () => entries,
    append(type, data) {
      const result = tail.then(() => append(type, data));
      tail = result.catch(() => {});
      return result;
    },
    async acceptDamage(by) {
      await journal.append(ACCEPTED, { by, problem: damage ?? "" });
      damage = undefined;
    },
    get wasAccepted() {
      return entries.some((it) => it.type === ACCEPTED);
    },
    async tellDamage(problem) {
      damage ??= problem; // counts even where the disk takes nothing
      await journal.append(DAMAGED, { problem: damage });
    },
  };
  // The disk may be full: the damage is then found again at the next start, and until then known here.
  if (problem !== undefined) await journal.append(DAMAGED, { problem }).catch(() => {});
  else if (head === undefined && entries.length > 0) {
    await writeJournalHead(host, { seq: entries.length, sum: lastSum }); // of an agent that kept no head
  }
  return journal;
}

/** The damage that the journal tells of and that nobody has accepted. */
function damageOf(entries: readonly JournalEntry[]): string | undefined {
  const last = entries.findLast((it) => it.type === DAMAGED || it.type === ACCEPTED);
  return last?.type === DAMAGED ? String(last.data.problem) : undefined;
}

/** What of a journal's text can be trusted. Never throws. */
export function readJournal(
  text: string,
): { entries: JournalEntry[]; sums: string[]; goodLength: number; problem?: string } {
  const entries: JournalEntry[] = [];
  /** Chained checksum of each entry. */
  const sums: string[] = [];
  let goodLength = 0;
  while (goodLength < text.length) {
    const end = text.indexOf("\n", goodLength);
    if (end < 0) return { entries, sums, goodLength }; // torn by a power cut: never acknowledged, so never needed
    const after = { seq: entries.length, sum: sums.at(-1) ?? "" };
    const parsed = parseChainedLine(text.slice(goodLength, end), after);
    if (typeof parsed === "string") {
      return {
        entries,
        sums,
        goodLength,
        problem: `Line ${entries.length + 1} of the journal is damaged: ${parsed}`,
      };
    }
    entries.push(parsed.entry);
    sums.push(parsed.sum);
    goodLength = end + 1;
  }
  return { entries, sums, goodLength };
}

async function setAside(host: Host, clock: Clock): Promise<void> {
  const bytes = await host.readBytes(PATHS.journal);
  if (!bytes) return;
  const stamp = isoNow(clock).replaceAll(/[:.]/g, "-");
  await host.makeFolder(PATHS.damagedDir, { mode: 0o700 });
  await host.writeFile(`${PATHS.damagedDir}/journal-${stamp}.jsonl`, bytes, { mode: MODE.secretFile });
}
