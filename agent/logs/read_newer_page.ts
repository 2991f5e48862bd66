import { AheadCursor } from "./ahead_cursor.ts";
import { START } from "./log_line.ts";
import { mergeCursors, pageBudget } from "./merge_cursors.ts";
import { type LogPage, type PageOptions, type Places, placesOf } from "./read_page.ts";

/** The oldest entries behind a place, those of several streams merged by their times. What is not named began later. */
export async function readNewerPage(options: PageOptions & { from: Places }): Promise<LogPage> {
  const { streams, from, wanted, limit, redaction, clock, signal } = options;
  const cursors = streams.map((stream) =>
    new AheadCursor({ stream, from: from[stream.key] ?? START, wanted, redaction, signal })
  );
  const { entries, problems, isOver, reachedAt } = await mergeCursors(cursors, {
    limit,
    budget: pageBudget(clock),
    clock,
    isFirst: (one, other) => one.head.at < other.head.at,
  });
  const end = placesOf(cursors.map((it) => [it.stream.key, it.place()]));
  return {
    entries,
    older: Object.keys(from).length === 0 ? undefined : from,
    newer: isOver ? undefined : end,
    end,
    problems,
    lookedBackTo: undefined,
    lookedAheadTo: entries.length < limit && !isOver ? reachedAt : undefined,
  };
}
