import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import { abortWith } from "../signals.ts";
import type { Redaction } from "../text/redact/redaction.ts";
import { readBefore } from "./ahead_cursor.ts";
import { cleanLines } from "./clean_line.ts";
import type { Wanted } from "./entry_cursor.ts";
import { type Entry, foldLines } from "./fold_lines.ts";
import { type LogStream, START } from "./log_line.ts";
import { mergeEntries } from "./merge_entries.ts";
import type { Places } from "./read_page.ts";

/** What came since the last look. */
export interface News {
  entries: readonly Entry[];
  /** Lines in front of them that came faster than they can be read or shown; 0 of `bytes` with 0 lines: nobody knows how many. */
  leftOut: { lines: number; bytes: number } | undefined;
  problems: readonly { stream: string; problem: string }[];
}

export interface FollowOptions {
  /** The streams of the source as of now; asked again, since pods come and go. */
  streams: () => Promise<readonly LogStream[]>;
  /** Where the page that is followed on ends. A stream that is not named here began since, and is read from its beginning. */
  from: Places;
  /** Streams that the page could not read: what they said before is not wanted now. */
  unread: ReadonlySet<string>;
  wanted: Wanted;
  redaction: Redaction;
  clock: Clock;
  signal: AbortSignal;
  /** Most entries at once; of more the newest are given, and the others told to be left out. */
  maxAtOnce: number;
}

/** What comes within this time is merged by its times. */
const GATHER_MS = 60;
const LOOK_FOR_STREAMS_MS = 3_000;
/** Streams that are merged; a Job may leave hundreds of pods behind. */
export const MAX_STREAMS = 60;
const USUAL_LINE_BYTES = 120;

/**
 * What all streams of a source say from some places on. Nothing is queued: a stream is read on when what it gave has been taken, so
 * a slow reader costs no memory, and misses what it says that it misses.
 */
export async function* followStreams(options: FollowOptions): AsyncGenerator<News> {
  const { wanted, clock, redaction } = options;
  const stop = new AbortController();
  const unlink = abortWith(stop, options.signal);
  const { signal } = stop;
  const waiting: { news: News; taken: () => void }[] = [];
  let wake = Promise.withResolvers<void>();
  const known = new Set<string>();
  const places: Record<string, string> = { ...options.from };
  const told = new Map<string, string>();
  const pumps = new Set<Promise<void>>();
  signal.addEventListener("abort", () => {
    wake.resolve();
    for (const it of waiting.splice(0)) it.taken();
  }, { once: true });

  async function hand(news: News): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((taken) => {
      waiting.push({ news, taken });
      wake.resolve();
    });
  }

  async function pump(stream: LogStream): Promise<void> {
    const file = redaction.file();
    let wasWanted = false;
    try {
      const from = places[stream.key] ??= options.unread.has(stream.key) ? await stream.end(signal) : START;
      // A key of several lines may have begun on the page that is followed on.
      await readBefore(stream, from, { file, signal });
      for await (const batch of stream.ahead(from, { follows: true, signal })) {
        const entries: Entry[] = [];
        for (const it of foldLines(stream.key, await cleanLines(batch, file))) {
          const { at } = it.head;
          if (wanted.since !== "" && at !== "" && at < wanted.since) continue;
          // What goes on with an entry goes where that went: alone it tells neither its level nor its words.
          if (!it.isContinued) wasWanted = wanted.filter(it);
          if (wasWanted) entries.push(it);
        }
        const bytes = batch.leftOutBytes;
        const perLine = batch.lines.length > 0 ? batch.readBytes / batch.lines.length : USUAL_LINE_BYTES;
        const leftOut = bytes === undefined
          ? undefined
          : { bytes, lines: Math.round(bytes / Math.max(1, perLine)) };
        if (entries.length > 0 || leftOut) await hand({ entries, leftOut, problems: [] });
        places[stream.key] = batch.lines.at(-1)?.after ?? places[stream.key] ?? START;
        told.delete(stream.key);
      }
    } catch (error) {
      const problem = errorText(error);
      if (signal.aborted || told.get(stream.key) === problem) return;
      told.set(stream.key, problem);
      await hand({ entries: [], leftOut: undefined, problems: [{ stream: stream.key, problem }] });
    } finally {
      known.delete(stream.key); // where it is still there, it is begun again
    }
  }

  async function lookForStreams(): Promise<void> {
    while (!signal.aborted) {
      const streams = await options.streams().catch(() => []);
      for (const stream of streams) {
        if (known.has(stream.key) || known.size >= MAX_STREAMS) continue;
        known.add(stream.key);
        const running = pump(stream).finally(() => pumps.delete(running));
        pumps.add(running);
      }
      await clock.sleep(LOOK_FOR_STREAMS_MS, signal).catch(() => {}); // rejects at the end
    }
  }

  const looking = lookForStreams();
  try {
    while (!signal.aborted) {
      await wake.promise;
      await clock.sleep(GATHER_MS, signal).catch(() => {}); // rejects at the end
      wake = Promise.withResolvers();
      const taken = waiting.splice(0);
      if (signal.aborted) return;
      if (taken.length === 0) continue;
      try {
        yield joinNews(taken.map((it) => it.news), options.maxAtOnce);
      } finally {
        for (const it of taken) it.taken(); // also when the reader leaves while it has them
      }
    }
  } finally {
    unlink();
    stop.abort();
    await Promise.allSettled([looking, ...pumps]);
  }
}

/** News of several streams as one; of too many entries the newest are kept. */
export function joinNews(all: readonly News[], maxAtOnce: number): News {
  const entries = mergeEntries(all.flatMap((it) => it.entries));
  const kept = entries.length <= maxAtOnce ? entries : entries.slice(-maxAtOnce);
  const dropped = entries.slice(0, entries.length - kept.length);
  const lost = all.flatMap((it) => it.leftOut ? [it.leftOut] : []);
  const leftOut = lost.length === 0 && dropped.length === 0 ? undefined : {
    lines: lost.reduce((sum, it) => sum + it.lines, 0) +
      dropped.reduce((sum, it) => sum + 1 + it.rest.length, 0),
    bytes: lost.reduce((sum, it) => sum + it.bytes, 0) +
      dropped.reduce((sum, it) => sum + it.head.text.length, 0),
  };
  return { entries: kept, leftOut, problems: all.flatMap((it) => it.problems) };
}
