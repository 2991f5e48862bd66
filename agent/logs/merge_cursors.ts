import type { MonotonicClock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Budget } from "./entry_cursor.ts";
import type { Entry } from "./fold_lines.ts";
import type { LogStream } from "./log_line.ts";

/** Goes through one stream an entry at a time, in either direction. */
export interface Cursor {
  readonly stream: LogStream;
  /** The entry that comes next; `undefined` when there is none, or the budget does not reach it. */
  peek(budget: Budget, clock: MonotonicClock): Promise<Entry | undefined>;
  take(): void;
  /** Nothing more is there in its direction. */
  isAtEnd(): boolean;
  /** Time of the farthest line that was looked at; "" without one. */
  readonly reachedAt: string;
  close(): Promise<void>;
}

/** What of a page its cursors have found. */
export interface Merged {
  /** In the order in which they were taken. */
  entries: Entry[];
  /** Streams that could not be read, and why. */
  problems: { stream: string; problem: string }[];
  /** None that can be read has anything more. */
  isOver: boolean;
  /** Earliest time that one of them has reached; "" without one. */
  reachedAt: string;
}

/** One page may look through so much, for so long, before it says so. */
const BUDGET_BYTES = 32 * 1024 * 1024;
const BUDGET_MS = 4_000;

/** What one page may cost, from now on. */
export function pageBudget(clock: MonotonicClock): Budget {
  return { leftBytes: BUDGET_BYTES, endMs: clock.monotonicMs() + BUDGET_MS };
}

/** So many entries of all cursors, one after the other, as `isFirst` says of two. The cursors are closed, and still know their places. */
export async function mergeCursors(
  all: readonly Cursor[],
  { limit, budget, clock, isFirst }: {
    limit: number;
    budget: Budget;
    clock: MonotonicClock;
    /** Whether the one comes before the other; of two that are alike it is the one of the earlier cursor. */
    isFirst: (one: Entry, other: Entry) => boolean;
  },
): Promise<Merged> {
  const problems: Merged["problems"] = [];
  const entries: Entry[] = [];
  let cursors = all;
  while (entries.length < limit && cursors.length > 0) {
    const failed = new Set<Cursor>();
    const next = await Promise.all(cursors.map(async (cursor) => {
      try {
        return { cursor, entry: await cursor.peek(budget, clock) };
      } catch (error) {
        problems.push({ stream: cursor.stream.key, problem: errorText(error) });
        failed.add(cursor);
        return { cursor, entry: undefined };
      }
    }));
    cursors = cursors.filter((it) => !failed.has(it));
    const isCutShort = next.some((it) =>
      it.entry === undefined && !failed.has(it.cursor) && !it.cursor.isAtEnd()
    );
    if (isCutShort) break; // whether it comes before the others or behind them cannot be told
    const first = next.reduce<typeof next[number] | undefined>(
      (best, it) => it.entry && (!best?.entry || isFirst(it.entry, best.entry)) ? it : best,
      undefined,
    );
    if (!first?.entry) break;
    entries.push(first.entry);
    first.cursor.take();
  }
  // Whether there is anything more is known only where it was looked for.
  await Promise.all(cursors.map((it) => it.peek(budget, clock).catch(() => {})));
  await Promise.all(all.map((it) => it.close().catch(() => {})));
  return {
    entries,
    problems,
    isOver: cursors.every((it) => it.isAtEnd()),
    reachedAt: all.map((it) => it.reachedAt).filter((it) => it !== "").toSorted()[0] ?? "",
  };
}
