import type { Context } from "hono";
import type { Clock, MonotonicClock } from "../agent/clock.ts";
import { type Frame, type Page, pageParts, type Tone } from "../views/layout.ts";
import { html, renderPart } from "../views/html.ts";
import { reload, restartingSection, signedOutSection, staleNotice } from "../views/live_notices.ts";
import { PLACES } from "../views/live_parts.ts";
import type { AppState, Env } from "./app_deps.ts";
import { type Arrival, ARRIVAL_MS } from "./arrivals.ts";
import { GROWING_HEADERS } from "./growing_headers.ts";
import type { Part, Parts } from "./live_parts.ts";

/** A page that grows for ever would take the browser's memory. */
const MAX_UPDATES = 500;
const MAX_STREAM_MS = 30 * 60_000;
const MAX_STREAMS = 300;
/** Something comes at least so often: times grow old, and the page must know that it still follows. */
const BEAT_MS = 10_000;
/** States that follow each other faster than this are shown as one. */
const COALESCE_MS = 50;
/** Title and icon of the tab change only with the page, which is loaded again so long after they went wrong. */
const TAB_BEHIND_MS = 60_000;
/** Where what the page is about is over, nothing on it will change again, and its title is wrong for good. */
const PAST_MS = 5_000;
/** Whoever takes nothing for so long is gone, or holds a place for nothing. */
const STALL_MS = 60_000;
/** Until the page is loaded again: after the end of its stream, after a restart, where a proxy holds pages back, after its connection broke or found no place. */
const RELOAD_SEC = { ended: 1, restarting: 5, still: 10, broken: 30 } as const;

/** One live page: the frame around it, what stays, and the parts that change. */
export interface LivePage {
  frame: Frame;
  page: Page;
  parts: Parts;
  /** The state that title and icon show, as of now. */
  tone: () => Tone;
  /** The page is about something that is over and stays so: it is loaded again soon. */
  isPast?: () => boolean;
  subscribe: (listener: () => void) => () => void;
  /** Address of this page for the links that stand outside the changing parts. */
  path: string;
  /** Nothing changes here any more, so there is nothing to follow. */
  isOver?: boolean;
  clock: MonotonicClock;
}

/** `?live=` of a page that was loaded again by itself: nobody did anything, so it is not a use of a session. */
export const LIVE_AGAIN = "again";

/** Why a page is shown as it is now. */
type Mode = "live" | "still" | "paused" | "full" | "over";

/**
 * A page whose response stays open: what changes is sent again, part by part, and the stylesheet shows only the newest of each.
 * Without script: after the stream has ended the browser's own "refresh" starts it again.
 */
export function livePage(c: Context<Env>, live: LivePage, state: AppState): Response {
  const mode = modeOf(c, live, state);
  const again = `${live.path}?live=${LIVE_AGAIN}`;
  const headers = {
    "content-type": "text/html; charset=utf-8",
    ...GROWING_HEADERS,
    // Browsers count from the end of the loading, so this is for streams that broke, too.
    ...(mode === "live" || mode === "full" ? { refresh: `${RELOAD_SEC.broken}; url=${again}` } : {}),
    ...(mode === "still" ? { refresh: `${RELOAD_SEC.still}; url=${again}` } : {}),
  };
  const [head, end] = pageParts(live.frame, { ...live.page, tone: live.tone() });
  const start = head + PLACES + controls(mode, live.path);
  if (mode !== "live") {
    return c.body(
      start + live.parts().map((it) => new TextDecoder().decode(it.bytes)).join("") + end,
      200,
      headers,
    );
  }
  const release = c.env.keepOpen?.();
  return c.body(
    stream(live, {
      start,
      end,
      again,
      isAllowed: c.get("isStillAllowed"),
      release,
      arrival: state.arrivals.expect(c),
    }, state),
    200,
    headers,
  );
}

function modeOf(c: Context<Env>, live: LivePage, state: AppState): Mode {
  if (live.isOver) return "over";
  // The body of a HEAD is never read, so nothing would ever end its stream.
  if (c.req.method === "HEAD" || c.req.query("live") === "off") return "paused";
  if (state.arrivals.areHeldBack(c, live.clock.monotonicMs())) return "still";
  return state.liveStreams.size < MAX_STREAMS ? "live" : "full";
}

/** What each mode says of itself. */
const MODE_WORDS: Record<Exclude<Mode, "over">, string> = {
  live: "This page follows by itself.",
  still: `A proxy on the way holds pages back, so this one is loaded again every ${RELOAD_SEC.still} s.`,
  full: `Too many pages are open to follow one more; this one is loaded again every ${RELOAD_SEC.broken} s.`,
  paused: "Paused.",
};

function controls(mode: Mode, path: string): string {
  if (mode === "over") return "";
  const pause = { href: `${path}?live=off`, label: "Pause" };
  const links = { live: pause, still: pause, full: undefined, paused: { href: path, label: "Follow again" } };
  const link = links[mode];
  return renderPart(html`
    <p class="page-links soft">
      <span>${MODE_WORDS[mode]} ${link && html`
        <a href="${link.href}">${link.label}</a>
      `}</span>
    </p>
  `);
}

/**
 * The bytes of a live page. Only parts that have changed are sent, so an opened detail and a focus stay where they are.
 * - a slow reader gets the latest state when it reads again; nothing is queued for it
 * - one who takes nothing for a minute is let go
 * - one who is signed out meanwhile reads that instead, and the stream ends
 * - behind a proxy that holds the first section back the stream ends soon, and the next page is a still one
 */
function stream(
  live: LivePage,
  { start, end, again, isAllowed, release, arrival }: {
    start: string;
    end: string;
    again: string;
    isAllowed: () => boolean;
    release: (() => void) | undefined;
    arrival: Arrival | undefined;
  },
  state: AppState,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const beat = encoder.encode(renderPart(staleNotice(live.path)));
  const openedMs = live.clock.monotonicMs();
  const tone = live.tone();
  const over = new AbortController();
  let changed = Promise.withResolvers<void>();
  const lookAgain = () => changed.resolve();
  const unsubscribe = live.subscribe(lookAgain);
  let shown: readonly Part[] = [];
  let updates = 0;
  let behindMs: number | undefined;
  let rest = Promise.resolve();
  let waiting = new AbortController();
  state.liveStreams.add(lookAgain);

  function close(): void {
    if (over.signal.aborted) return;
    over.abort();
    waiting.abort();
    unsubscribe();
    state.liveStreams.delete(lookAgain);
    lookAgain();
    arrival?.forget();
    release?.();
  }

  /** The parts that have changed, and the beat that hides the one before. */
  function next(): Uint8Array {
    const parts = live.parts();
    const news = parts.filter((it, i) => it.key !== shown[i]?.key);
    if (news.length > 0) updates++;
    shown = parts;
    return joined([...news.map((it) => it.bytes), beat]);
  }

  /** What the stream ends with, once it has to end. */
  function ending(): string | undefined {
    if (!isAllowed()) return renderPart(signedOutSection(live.path));
    if (state.isStopping) {
      return renderPart(restartingSection(live.path)) + renderPart(reload(again, RELOAD_SEC.restarting));
    }
    const nowMs = live.clock.monotonicMs();
    if (arrival?.hasArrived() === false && nowMs - openedMs >= ARRIVAL_MS) {
      arrival.isHeldBack(nowMs);
      return renderPart(reload(again, RELOAD_SEC.ended));
    }
    const isPast = live.isPast?.() === true;
    behindMs = live.tone() === tone && !isPast ? undefined : behindMs ?? nowMs;
    const isTabBehind = behindMs !== undefined && nowMs - behindMs >= (isPast ? PAST_MS : TAB_BEHIND_MS);
    return isTabBehind || updates >= MAX_UPDATES || nowMs - openedMs >= MAX_STREAM_MS
      ? renderPart(reload(again, RELOAD_SEC.ended))
      : undefined;
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(joined([encoder.encode(start), next(), encoder.encode(arrival?.mark ?? "")]));
      if (arrival) void pause(live.clock, ARRIVAL_MS, over.signal).then(lookAgain);
    },
    // Called only when the reader has taken what was there: that is what keeps a slow one from piling up.
    async pull(controller) {
      waiting.abort();
      const idle = new AbortController();
      await Promise.race([changed.promise, pause(live.clock, BEAT_MS, idle.signal)]);
      idle.abort();
      await rest;
      if (over.signal.aborted) return;
      changed = Promise.withResolvers<void>();
      const last = ending();
      if (last !== undefined) {
        controller.enqueue(encoder.encode(last + end));
        controller.close();
        return close();
      }
      controller.enqueue(next());
      const { signal } = waiting = new AbortController();
      void pause(live.clock, STALL_MS, signal).then(() => {
        if (signal.aborted) return;
        close();
        controller.error(new Error("Nobody reads this page"));
      });
      rest = pause(live.clock, COALESCE_MS, over.signal); // after, not before: a single change is shown at once
    },
    cancel: close,
  }, { highWaterMark: 1 });
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const it of chunks) {
    all.set(it, at);
    at += it.length;
  }
  return all;
}

/** Ends with the time or the signal. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return clock.sleep(ms, signal).catch(() => {});
}
