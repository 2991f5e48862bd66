import type { VNode } from "preact";
import type { Clock } from "../agent/clock.ts";
import { type Frame, type Page, pageParts } from "../views/layout.ts";
import { html, renderPart } from "../views/html.ts";
import { signedOutSection } from "../views/signed_out_section.ts";
import type { AppState } from "./app_deps.ts";

const MAX_UPDATES = 100;
const MAX_STREAM_MS = 5 * 60_000;
const MAX_STREAMS = 300;
/** Nothing changed, but times grow old. */
const IDLE_MS = 10_000;
/** Keeps a connection open where nothing has changed; no part of the page. */
const HEARTBEAT = new TextEncoder().encode("\n");
/** States that follow each other faster than this are shown as one. */
const COALESCE_MS = 50;

/** One live page: the frame around it, what stays, and the part that changes. */
export interface LivePage {
  frame: Frame;
  page: Page;
  /** The changing part as of now, as bytes. */
  section: () => Uint8Array;
  subscribe: (listener: () => void) => () => void;
  /** Address of this page for the links that stand outside the live part. */
  path: string;
  isLive: boolean;
  /** Nothing changes here any more, so there is nothing to follow. */
  isOver?: boolean;
  /** Whether its reader may still see it; asked before each section. */
  isStillAllowed: () => boolean;
  clock: Clock;
}

/**
 * The changing part, made once per state and second, however many pages are open: 200 pages would else render the same
 * thing 200 times on each change. `state` gives another object after each change. The same bytes object = nothing changed.
 */
export function sharedSection(
  clock: Clock,
  state: () => object,
  render: (nowMs: number) => VNode,
): () => Uint8Array {
  const encoder = new TextEncoder();
  let made: { of: object; second: number; bytes: Uint8Array } | undefined;
  return () => {
    const [of, nowMs] = [state(), clock.nowMs()];
    const second = Math.floor(nowMs / 1000);
    if (made?.of !== of || made.second !== second) {
      const bytes = encoder.encode(renderPart(render(nowMs)));
      made = { of, second, bytes: made && isEqual(made.bytes, bytes) ? made.bytes : bytes };
    }
    return made.bytes;
  };
}

/** `?live=` of a page that its own "Refresh" has loaded: nobody did anything, so it is no use of a session. */
export const LIVE_AGAIN = "again";

/** Headers of an open page; "Refresh" starts it anew after the stream has ended, without script. */
export function liveHeaders(path: string, isLive: boolean): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    ...(isLive ? { refresh: `${MAX_STREAM_MS / 1000 + 5}; url=${path}?live=${LIVE_AGAIN}` } : {}),
  };
}

/**
 * A page whose response stays open: each change appends a section, and the stylesheet shows only the newest. Where nothing has
 * changed, nothing is replaced under the reader: a button keeps the focus.
 * A slow reader gets the latest state when it reads again; nothing is queued for it. One who is signed out meanwhile
 * reads that instead, and the stream ends.
 */
export function livePageBody(live: LivePage, state: AppState): ReadableStream<Uint8Array> | string {
  const isLive = live.isLive && !live.isOver && state.liveStreams < MAX_STREAMS;
  const controls = live.isOver ? "" : renderPart(html`
    <p class="page-links soft">${isLive
      ? html`
        <span>This page follows by itself. <a href="${`${live.path}?live=off`}">Pause</a></span>
      `
      : html`
        <span>Paused. <a href="${live.path}">Follow again</a></span>
      `}</p>
  `);
  const [start, end] = pageParts(live.frame, live.page);
  if (!isLive) return start + controls + new TextDecoder().decode(live.section()) + end;

  const encoder = new TextEncoder();
  const over = new AbortController();
  let changed = Promise.withResolvers<void>();
  const unsubscribe = live.subscribe(() => changed.resolve());
  const timer = setTimeout(() => over.abort(), MAX_STREAM_MS);
  let rest = Promise.resolve();
  let updates = 0;
  let shown: Uint8Array | undefined;
  state.liveStreams++;

  function next(): Uint8Array {
    const section = live.section();
    const isNew = section !== shown;
    shown = section;
    return isNew ? section : HEARTBEAT;
  }

  function close(): void {
    if (over.signal.aborted && updates < 0) return;
    updates = -1;
    clearTimeout(timer);
    unsubscribe();
    over.abort();
    state.liveStreams--;
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(start + controls));
      controller.enqueue(next());
    },
    // Called only when the reader has taken what was there: that is what keeps a slow one from piling up.
    async pull(controller) {
      const idle = new AbortController();
      await Promise.race([changed.promise, pause(live.clock, IDLE_MS, idle.signal), aborted(over.signal)]);
      idle.abort();
      await rest;
      changed = Promise.withResolvers<void>();
      const isAllowed = live.isStillAllowed();
      if (over.signal.aborted || updates >= MAX_UPDATES || !isAllowed) {
        if (!isAllowed) controller.enqueue(encoder.encode(renderPart(signedOutSection(live.path))));
        controller.enqueue(encoder.encode(end));
        controller.close();
        close();
        return;
      }
      updates++;
      controller.enqueue(next());
      rest = pause(live.clock, COALESCE_MS, over.signal); // after, not before: a single change is shown at once
    },
    cancel: close,
  }, { highWaterMark: 1 });
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((it, i) => it === b[i]);
}

/** Ends with the time or the signal. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return clock.sleep(ms, signal).catch(() => {});
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
