import { compareEvents, timeOf } from "../facts/event_order.ts";
import type { EventView, Snapshot } from "../facts/snapshot.ts";
import { clip } from "../text/clip.ts";
import { timeMs } from "../text/time.ts";
import { type Freshness, freshnessOf } from "./freshness.ts";
import { isInScope, namespaceRank } from "./namespaces.ts";
import { pageOf } from "./paging.ts";
import { type EventQuery, timeOfBound } from "./query.ts";

/** Rows on a page: with the longest names and messages it stays below 100 KB. */
export const EVENTS_ON_A_PAGE = 40;

const MESSAGE_CHARS = 240;

/** One event, or many of the same kind. */
export interface EventRow {
  /** When it was seen last and first; `null` when it is not told. */
  at: string | null;
  firstAt: string | null;
  isWarning: boolean;
  reason: string;
  message: string;
  /** What it is about. */
  kind: string;
  namespace: string;
  name: string;
  container: string | null;
  count: number;
}

/** The page of events. */
export interface EventList {
  query: EventQuery;
  freshness: Freshness;
  /** The window as times; `null` where it is open. */
  since: string | null;
  until: string | null;
  rows: readonly EventRow[];
  page: number;
  pages: number;
  total: number;
  namespaces: readonly string[];
}

/** Events that fit, newest first. Pure. */
export function listEvents(
  snapshot: Pick<Snapshot, "events" | "api" | "knowledge">,
  query: EventQuery,
  nowMs: number,
): EventList {
  const sinceMs = query.since === "" ? undefined : timeOfBound(query.since, nowMs);
  const untilMs = query.until === "" ? undefined : timeOfBound(query.until, nowMs);
  const needle = query.text.toLowerCase();
  const fitting = snapshot.events.filter((it) =>
    (query.about === "" ? isInScope(it.namespace, query.namespace) : aboutOf(it) === query.about) &&
    (!query.warnings || it.type === "Warning") &&
    (sinceMs === undefined || timeOf(it) >= sinceMs) &&
    // Of many of the same kind the first counts: they have been going on since.
    (untilMs === undefined || timeMs(it.firstAt ?? it.lastAt) <= untilMs) &&
    (needle === "" || [it.name, it.reason, it.message].some((one) => one.toLowerCase().includes(needle)))
  );
  const page = pageOf(fitting.sort((a, b) => compareEvents(b, a)), query.page, EVENTS_ON_A_PAGE);
  return {
    query: { ...query, page: page.page },
    freshness: freshnessOf(snapshot, ["events"], nowMs),
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    until: untilMs === undefined ? null : new Date(untilMs).toISOString(),
    rows: page.shown.map(eventRow),
    page: page.page,
    pages: page.pages,
    total: page.total,
    namespaces: [...new Set(snapshot.events.map((it) => it.namespace))].sort((a, b) =>
      namespaceRank(a) - namespaceRank(b) || (a < b ? -1 : 1)
    ),
  };
}

/** An event as a row. */
export function eventRow(it: EventView): EventRow {
  return {
    at: it.lastAt ?? it.firstAt ?? null,
    firstAt: it.firstAt ?? null,
    isWarning: it.type === "Warning",
    reason: it.reason,
    message: clip(it.message, MESSAGE_CHARS),
    kind: it.kind,
    namespace: it.namespace,
    name: it.name,
    container: it.container ?? null,
    count: it.count,
  };
}

function aboutOf({ kind, namespace, name }: EventView): string {
  return `${kind}/${namespace}/${name}`;
}
