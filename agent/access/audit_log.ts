import { isoNow, type MonotonicClock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { chainedLine, type ChainEnd, NOTHING_YET, parseLine } from "../state/chained_lines.ts";
import { readJournalHead, writeJournalHead } from "../state/journal_head.ts";
import { moveAside } from "../state/move_aside.ts";
import { MODE, PATHS } from "../state/paths.ts";
import type { Say } from "../text/log_line.ts";
import { takeAuditNotes } from "./audit_notes.ts";
import { AUDIT_MAX_BYTES, readGeneration } from "./audit_generation.ts";
import { GuessCounter, type RefusedGuess } from "./guess_counter.ts";

/** Who signed in and who changed what: append-only, its checksums chained, bounded in bytes. Never a secret. */
export interface AuditLog {
  /** Resolves when the entry is on the disk, or counted as missing where that takes none. Never rejects. */
  record(type: string, data: Readonly<Record<string, unknown>>): Promise<void>;
  /** Notes a refused sign-in; many of one source become one entry a minute. */
  countRefused(guess: RefusedGuess): void;
  /** Writes what is due until the signal aborts, then what is left. Never throws. */
  follow(signal: AbortSignal): Promise<void>;
}

const TICK_MS = 10_000;
const HEAD = [PATHS.auditHead] as const;

/** Entries of the log about itself; the first entry of a file is one of them, or number 1. */
export const AUDIT_CONTINUED = "audit.continued";
export const AUDIT_DAMAGED = "audit.damaged";
const AUDIT_MISSED = "audit.missed";

interface Options {
  host: Host;
  clock: MonotonicClock;
  say: Say;
  maxBytes?: number;
}

/** The log of this appliance, for the one process that writes it. Its file is looked at with the first entry. */
export function createAuditLog({ host, clock, say, maxBytes = AUDIT_MAX_BYTES }: Options): AuditLog {
  const guesses = new GuessCounter(clock);
  let end: ChainEnd | undefined;
  let sizeBytes = 0;
  let missed: { count: number; since: string } | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  async function append(type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    end ??= await open();
    if (sizeBytes >= maxBytes) {
      await host.rename(PATHS.audit, PATHS.auditOlder);
      sizeBytes = 0;
    }
    // Each file tells what it follows, so that it can be checked when the older one is gone.
    if (sizeBytes === 0 && end.seq > 0) await appendLine(AUDIT_CONTINUED, { after: end });
    if (missed) {
      await appendLine(AUDIT_MISSED, { via: "agent", ...missed });
      missed = undefined;
    }
    await appendLine(type, data);
  }

  async function appendLine(type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    const after = end ?? NOTHING_YET;
    const { line, sum } = chainedLine(after.sum, { seq: after.seq + 1, at: isoNow(clock), type, data });
    await host.appendFile(PATHS.audit, line, { mode: MODE.secretFile });
    end = { seq: after.seq + 1, sum };
    sizeBytes += line.length;
    await writeJournalHead(host, end, HEAD);
  }

  /** Where the log ends. A torn last line is dropped; what cannot be gone on with is moved aside, and the log says so itself. */
  async function open(): Promise<ChainEnd> {
    const head = await readJournalHead(host, HEAD);
    const current = await readGeneration(host, PATHS.audit);
    const older = current.lines.length === 0 ? await readGeneration(host, PATHS.auditOlder) : undefined;
    const lines = older?.lines ?? current.lines;
    const last = lines.length === 0 ? undefined : parseLine(lines.at(-1) ?? "");
    if (typeof last === "string") {
      return await beginAgain(older ? PATHS.auditOlder : PATHS.audit, last, head);
    }
    if (current.isTorn) {
      const text = current.lines.map((it) => `${it}\n`).join("");
      await host.writeFile(PATHS.audit, text, { mode: MODE.secretFile });
    }
    sizeBytes = current.lines.reduce((sum, it) => sum + it.length + 1, 0);
    end = last ? { seq: last.entry.seq, sum: last.sum } : NOTHING_YET;
    if (head && (head.seq > end.seq || (head.seq === end.seq && head.sum !== end.sum))) {
      const problem = end.seq < head.seq
        ? `It ended after ${end.seq} of ${head.seq} entries`
        : "It was exchanged for another one";
      await damaged(problem, end.seq === 0 ? { seq: head.seq, sum: "" } : end);
    }
    return end;
  }

  async function beginAgain(path: string, problem: string, head: ChainEnd | undefined): Promise<ChainEnd> {
    await moveAside(host, path, clock);
    sizeBytes = 0;
    const text =
      `The last entry of "${path}" was damaged: ${problem}. It was moved to ${PATHS.logDir}/damaged`;
    return await damaged(text, { seq: head?.seq ?? 0, sum: "" });
  }

  async function damaged(problem: string, after: ChainEnd): Promise<ChainEnd> {
    say("error", `The audit log was damaged. ${problem}`);
    end = after;
    await appendLine(AUDIT_DAMAGED, { via: "agent", problem, after });
    return end;
  }

  function record(type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    const written = tail.then(() => append(type, data)).catch((error) => {
      if (missed === undefined) {
        say("error", `An entry of the audit log cannot be written: ${errorText(error)}`);
      }
      missed = { count: (missed?.count ?? 0) + 1, since: missed?.since ?? isoNow(clock) };
    });
    tail = written;
    return written;
  }

  async function writeDue(all = false): Promise<void> {
    for (const it of guesses.due(all)) await record("sign-in.refused", it);
    if (missed) {
      // Without an entry of its own: it is the news that there is room again.
      tail = tail.then(async () => {
        if (!missed) return;
        end ??= await open();
        await appendLine(AUDIT_MISSED, { via: "agent", ...missed });
        missed = undefined;
      }).catch(() => {}); // no room yet
      await tail;
    }
  }

  return {
    record,
    countRefused(guess) {
      const entry = guesses.count(guess);
      if (entry) void record("sign-in.refused", entry);
    },
    async follow(signal) {
      while (!signal.aborted) {
        await takeAuditNotes(host, ({ type, data }) => record(type, data)).catch(() => {}); // later, where the disk is full
        await clock.sleep(TICK_MS, signal).catch(() => {}); // rejects at the end
        await writeDue();
      }
      await writeDue(true);
    },
  };
}
