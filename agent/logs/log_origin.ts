import type { MonotonicClock } from "../clock.ts";
import type { Redaction } from "../text/redact/redaction.ts";
import type { Wanted } from "./entry_cursor.ts";
import type { Entry } from "./fold_lines.ts";
import { followStreams, MAX_STREAMS, type News } from "./follow_streams.ts";
import type { LogStream } from "./log_line.ts";
import { createFilter, type LogQuery, timeOf } from "./query.ts";
import { readAll } from "./read_all.ts";
import { readNewerPage } from "./read_newer_page.ts";
import { type LogPage, type Places, readPage } from "./read_page.ts";
import type { LogSource } from "./sources.ts";

/** Where logs come from: an appliance, or what a bundle kept of one. */
export interface LogOrigin {
  /** Its time is that of the logs: a window of an hour ends with it. */
  clock: MonotonicClock;
  sources(): Promise<readonly LogSource[]>;
  /** What a question is answered from; `undefined` when there is no such source. */
  streams(query: LogQuery): Promise<readonly LogStream[] | undefined>;
  redaction(): Promise<Redaction>;
}

/** Which page: without a place the newest one. */
export interface PageWanted {
  /** It ends in front of this place. */
  from?: Places | undefined;
  /** It begins behind this place. */
  after?: Places | undefined;
  limit: number;
  signal: AbortSignal;
}

/** Logs of any origin, read in the same way. */
export interface LogService {
  /** Those of now, or of a moment ago: an answer is shared for some seconds, by pages and by all who follow. */
  sources(): Promise<readonly LogSource[]>;
  /** The newest lines in front of a place, or the oldest behind one; `undefined` when there is no such source. */
  page(query: LogQuery, options: PageWanted): Promise<LogPage | undefined>;
  /** What comes behind a page; of more than `maxAtOnce` entries at once (default: all) the newest. */
  follow(
    query: LogQuery,
    page: LogPage,
    options: { signal: AbortSignal; maxAtOnce?: number },
  ): AsyncGenerator<News>;
  /** Everything, oldest first. */
  all(query: LogQuery, signal: AbortSignal): Promise<AsyncGenerator<Entry> | undefined>;
}

/** The one reader: filters, windows, pages, merging, following. */
export function logsOf({ clock, sources, streams, redaction }: LogOrigin): LogService {
  function wantedBy(query: LogQuery): Wanted {
    const nowMs = clock.nowMs();
    return {
      filter: createFilter(query),
      since: query.since === "" ? "" : timeOf(query.since, nowMs) ?? "",
      until: query.until === "" ? "" : timeOf(query.until, nowMs) ?? "",
    };
  }

  return {
    sources,
    async page(query, { from, after, limit, signal }) {
      const found = await streams(query);
      if (found === undefined) return undefined;
      const options = {
        streams: found.slice(0, MAX_STREAMS),
        wanted: wantedBy(query),
        limit,
        redaction: await redaction(),
        clock,
        signal,
      };
      const page = after === undefined
        ? await readPage({ ...options, from })
        : await readNewerPage({ ...options, from: after });
      return { ...page, problems: [...page.problems, ...leftOut(found)] };
    },
    async *follow(query, page, { signal, maxAtOnce = Infinity }) {
      yield* followStreams({
        streams: async () => await streams(query) ?? [],
        from: page.end,
        unread: new Set(page.problems.map((it) => it.stream)),
        wanted: wantedBy(query),
        redaction: await redaction(),
        clock,
        signal,
        maxAtOnce,
      });
    },
    async all(query, signal) {
      const found = await streams(query);
      if (found === undefined) return undefined;
      const options = { wanted: wantedBy(query), redaction: await redaction(), signal };
      return withFirst(
        leftOut(found).map(asEntry),
        readAll({ ...options, streams: found.slice(0, MAX_STREAMS) }),
      );
    },
  };
}

/** What is not read beside so many others, as a problem of the page. */
function leftOut(found: readonly LogStream[]): LogPage["problems"] {
  const more = found.length - MAX_STREAMS;
  if (more <= 0) return [];
  return [{
    stream: `${more} more container${more === 1 ? "" : "s"}`,
    problem: `at most ${MAX_STREAMS} are read together; choose a pod`,
  }];
}

function asEntry({ stream, problem }: LogPage["problems"][number]): Entry {
  const text = `cannot be read: ${problem}`;
  const head = { at: "", text, runs: [{ text }], cutChars: 0, before: "", after: "" };
  return { stream, head: { ...head, level: "warning", hasLevel: true }, rest: [], isContinued: false };
}

async function* withFirst(first: readonly Entry[], others: AsyncGenerator<Entry>): AsyncGenerator<Entry> {
  try {
    yield* first;
    yield* others;
  } finally {
    await others.return(undefined);
  }
}
