import { AheadCursor } from "./ahead_cursor.ts";
import type { Entry } from "./fold_lines.ts";
import { START } from "./log_line.ts";
import { budgetOf, isOldest, type LogPage, type PageOptions, type Places, placesOf } from "./read_page.ts";
import { errorText } from "../error.ts";

/** The oldest entries behind a place, those of several streams merged by their times. What is not named began later. */
export async function readNewerPage(options: PageOptions & { from: Places }): Promise<LogPage> {
  const { streams, from, wanted, limit, redaction, clock, signal } = options;
  const problems: { stream: string; problem: string }[] = [];
  const budget = budgetOf(clock);
  const all = streams.map((stream) =>
    new AheadCursor({ stream, from: from[stream.key] ?? START, wanted, redaction, signal })
  );
  let cursors = all;
  const entries: Entry[] = [];
  while (entries.length < limit && cursors.length > 0) {
    const failed = new Set<AheadCursor>();
    const next = await Promise.all(cursors.map(async (cursor) => {
      try {
        return { cursor, entry: await cursor.peek(budget, clock) };
      } catch (error) {
        problems.push({ stream: cursor.stream.key, problem: errorText(error) });
        failed.add(cursor);
        return { cursor, entry: undefined };
      }
    }));
    cursors = cursors.filter((it) => !failed.has(it) && !it.isAtEnd());
    const isCutShort = next.some((it) =>
      it.entry === undefined && !failed.has(it.cursor) && !it.cursor.isAtEnd()
    );
    if (isCutShort) break; // whether it is older or newer than the others cannot be told
    const oldest = next.reduce<typeof next[number] | undefined>(
      (best, it) => it.entry && (!best?.entry || isOldest(it.entry, best.entry)) ? it : best,
      undefined,
    );
    if (!oldest?.entry) break;
    entries.push(oldest.entry);
    oldest.cursor.take();
  }
  // Whether there is anything newer is known only where it was looked for.
  await Promise.all(cursors.map((it) => it.peek(budget, clock).catch(() => {})));
  const end = placesOf(all.map((it) => [it.stream.key, it.place()]));
  const isOver = cursors.every((it) => it.isAtEnd());
  const isCutShort = entries.length < limit && !isOver;
  const reached = all.map((it) => it.reachedAt).filter((it) => it !== "").toSorted()[0];
  await Promise.all(all.map((it) => it.close().catch(() => {})));
  return {
    entries,
    older: Object.keys(from).length === 0 ? undefined : from,
    newer: isOver ? undefined : end,
    end,
    problems,
    lookedBackTo: undefined,
    lookedAheadTo: isCutShort ? reached ?? "" : undefined,
  };
}
