import { entryJson } from "../agent/logs/entry_output.ts";
import type { Entry } from "../agent/logs/fold_lines.ts";
import type { News } from "../agent/logs/follow_streams.ts";
import type { MonotonicClock } from "../agent/clock.ts";
import { dayLine, leftOutLine, type LineOptions, logEntry, problemLine } from "../views/log_lines.ts";
import { logBeat, logEnd } from "../views/logs_page.ts";
import { renderPart } from "../views/html.ts";
import type { AppState } from "./app_deps.ts";

/** Most lines of one page: more take the browser's memory. */
const MAX_LINES = 5_000;
const MAX_STREAM_MS = 30 * 60_000;
/** Something comes at least so often, so that the page can tell that it no longer follows. */
const BEAT_MS = 10_000;
/** Whoever takes nothing for so long is gone, or holds a place for nothing. */
const STALL_MS = 60_000;

/** Why nothing more comes: the page is full, it was long enough, the agent stops, whoever asked is signed out. */
export type FollowEnd = Parameters<typeof logEnd>[0];

/** What a follower is sent: markup for people, lines of JSON for programs. */
export interface FollowFormat {
  /** What there was already, in front of what comes. */
  start: string;
  news(news: News): string;
  /** Says that it still follows. */
  beat: string;
  end(why: FollowEnd): string;
  /** Nobody should be sent more than there is already. */
  isFull(): boolean;
  /** Follows for no longer. */
  maxMs: number;
}

/** What a log that is followed is made of. */
export interface LogStreamOptions {
  format: FollowFormat;
  follow: (signal: AbortSignal) => AsyncGenerator<News>;
  isAllowed: () => boolean;
  /** Called once it is over. */
  release: () => void;
  clock: MonotonicClock;
}

/** A page that follows. `start` and `end`: everything in front of the first line, and behind the last one. */
export function pageFormat(
  { start, end, entries, lines: options, path }: {
    start: string;
    end: string;
    entries: readonly Entry[];
    lines: LineOptions;
    path: string;
  },
): FollowFormat {
  const write = lineWriter(options);
  let lines = entries.length;
  return {
    start: start + write(entries),
    beat: renderPart(logBeat(path)),
    news({ entries, leftOut, problems }) {
      lines += entries.reduce((sum, it) => sum + 1 + it.rest.length, 0) + (leftOut ? 1 : 0) + problems.length;
      return (leftOut ? renderPart(leftOutLine(leftOut)) : "") + write(entries) +
        problems.map((it) => renderPart(problemLine(it))).join("");
    },
    end: (why) => renderPart(logEnd(why, path)) + end,
    isFull: () => lines >= MAX_LINES,
    maxMs: MAX_STREAM_MS,
  };
}

/** Lines of JSON: entries, `leftOut`, `problem` of a stream, `end`; an empty one says that it still follows. */
export function jsonFormat(entries: readonly Entry[]): FollowFormat {
  const line = (it: unknown) => `${JSON.stringify(it)}\n`;
  const write = (all: readonly Entry[]) => all.map((it) => line(entryJson(it))).join("");
  return {
    start: write(entries),
    beat: "\n",
    news: ({ entries, leftOut, problems }) =>
      (leftOut ? line({ leftOut }) : "") + write(entries) + problems.map(line).join(""),
    end: (why) => line({ end: why }),
    isFull: () => false,
    maxMs: Infinity,
  };
}

/** Lines as markup; the day stands in front of the first one of it. */
export function lineWriter(options: LineOptions): (entries: readonly Entry[]) => string {
  let day = "";
  return (entries) =>
    entries.map((entry) => {
      const { at } = entry.head;
      const isNewDay = at !== "" && at.slice(0, 10) !== day;
      if (isNewDay) day = at.slice(0, 10);
      return (isNewDay ? renderPart(dayLine(at)) : "") + renderPart(logEntry(entry, options));
    }).join("");
}

/**
 * The bytes of a log that is followed.
 * - lines are asked for when the reader has taken what was there; what it is too slow for is left out, and said to be
 * - one who takes nothing for a minute is let go
 * - one who is signed out meanwhile reads that instead, and the stream ends
 */
export function logStream(options: LogStreamOptions, state: AppState): ReadableStream<Uint8Array> {
  const { format, isAllowed, clock } = options;
  const encoder = new TextEncoder();
  const openedMs = clock.monotonicMs();
  const stop = new AbortController();
  let changed = Promise.withResolvers<void>();
  const lookAgain = () => changed.resolve();
  let news: AsyncGenerator<News> | undefined;
  let next: Promise<IteratorResult<News>> | undefined;
  let waiting = new AbortController();
  state.liveStreams.add(lookAgain);

  function close(): void {
    if (stop.signal.aborted) return;
    stop.abort();
    waiting.abort();
    state.liveStreams.delete(lookAgain);
    lookAgain();
    void next?.catch(() => {});
    void news?.return(undefined).catch(() => {});
    options.release();
  }

  function why(): FollowEnd | undefined {
    if (!isAllowed()) return "signed-out";
    if (state.isStopping) return "restarting";
    if (format.isFull()) return "full";
    return clock.monotonicMs() - openedMs >= format.maxMs ? "long" : undefined;
  }

  /** Lets go of whoever takes nothing for long. */
  function watch(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { signal } = waiting = new AbortController();
    clock.sleep(STALL_MS, signal).then(() => {
      close();
      controller.error(new Error("Nobody reads this page"));
    }, () => {}); // it was taken
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(format.start + format.beat));
      watch(controller);
    },
    // Called only when the reader has taken what was there: that is what keeps a slow one from piling up.
    async pull(controller) {
      waiting.abort();
      try {
        news ??= options.follow(stop.signal);
        next ??= news.next();
        const idle = new AbortController();
        const came = await Promise.race([
          next,
          changed.promise,
          clock.sleep(BEAT_MS, idle.signal).catch(() => {}), // rejects when something came
        ]);
        idle.abort();
        if (stop.signal.aborted) return;
        changed = Promise.withResolvers<void>();
        if (came) next = undefined;
        const text = came && !came.done && isAllowed() ? format.news(came.value) : "";
        const last = why();
        if (last !== undefined || came?.done) {
          controller.enqueue(encoder.encode(text + format.end(last ?? "long")));
          controller.close();
          return close();
        }
        controller.enqueue(encoder.encode(text + format.beat));
      } catch (error) {
        close();
        return controller.error(error);
      }
      watch(controller);
    },
    cancel: close,
  }, { highWaterMark: 1 });
}
