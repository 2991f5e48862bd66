import type { MonotonicClock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Redaction } from "../text/redact/redaction.ts";
import { EntryCursor, type Wanted } from "./entry_cursor.ts";
import type { Entry } from "./fold_lines.ts";
import { type LogStream, START } from "./log_line.ts";
import { mergeCursors, pageBudget } from "./merge_cursors.ts";

/** Where each stream stands, by its key. */
export type Places = Readonly<Record<string, string>>;

/** Some entries of all streams of a source, oldest first. */
export interface LogPage {
  entries: readonly Entry[];
  /** Where the page before this one ends; `undefined` when nothing older is kept. */
  older: Places | undefined;
  /** Where the page behind this one begins; `undefined` for the newest one. */
  newer: Places | undefined;
  /** Where following goes on. */
  end: Places;
  /** Streams that could not be read, and why. */
  problems: readonly { stream: string; problem: string }[];
  /** The reading was stopped since it took long: so far back it has looked; `undefined` when the page is whole. */
  lookedBackTo: string | undefined;
  /** The same of a page that was read ahead. */
  lookedAheadTo?: string | undefined;
}

export interface PageOptions {
  streams: readonly LogStream[];
  /** Where an earlier page said that it goes on; `undefined` is from the newest line on. */
  from: Places | undefined;
  wanted: Wanted;
  limit: number;
  redaction: Redaction;
  clock: MonotonicClock;
  signal: AbortSignal;
}

/** Places without those that are the very beginning: what is not named is read from there. */
export function placesOf(all: readonly (readonly [key: string, place: string])[]): Places {
  return Object.fromEntries(all.filter(([, place]) => place !== START));
}

/** The newest entries in front of a place, those of several streams merged by their times. */
export async function readPage(options: PageOptions): Promise<LogPage> {
  const { streams, from, wanted, limit, redaction, clock, signal } = options;
  const unopened: { stream: string; problem: string }[] = [];
  const end: Record<string, string> = {};
  const budget = pageBudget(clock);
  const opened = await Promise.all(streams.map(async (stream) => {
    try {
      if (from !== undefined && from[stream.key] === undefined) return []; // it began later than that
      end[stream.key] = from?.[stream.key] ?? await stream.end(signal);
      const start = from === undefined && wanted.until !== "" && stream.placeAt
        ? await stream.placeAt(wanted.until, signal)
        : end[stream.key] ?? START;
      return [new EntryCursor({ stream, from: start, wanted, redaction, signal })];
    } catch (error) {
      unopened.push({ stream: stream.key, problem: errorText(error) });
      return [];
    }
  }));
  const cursors = opened.flat();
  const { entries, reachedAt, ...merged } = await mergeCursors(cursors, {
    limit,
    budget,
    clock,
    isFirst: (one, other) => one.head.at > other.head.at,
  });
  const problems = [...unopened, ...merged.problems];
  const older = placesOf(cursors.map((it) => [it.stream.key, it.place()]));
  const hasOlder = Object.keys(older).length > 0;
  const isCutShort = entries.length < limit && hasOlder && problems.length === 0;
  return {
    entries: entries.toReversed(),
    older: hasOlder ? older : undefined,
    newer: from ??
      (wanted.until === "" ? undefined : placesOf(cursors.map((it) => [it.stream.key, it.newest()]))),
    end,
    problems,
    lookedBackTo: isCutShort ? reachedAt : undefined,
  };
}

/** No stream has a place: everything comes behind it. */
const BEGINNING = "-";
const PLACE = /^[\w.;=:-]{1,400}$/;

/** Places as one text for an address. */
export function placesText(places: Places): string {
  return Object.entries(places).map(([key, place]) => `${key}~${place}`).join("~") || BEGINNING;
}

/** What {@link placesText} made; `undefined` for what it did not make. */
export function parsePlaces(text: string): Places | undefined {
  if (text === BEGINNING) return {};
  const parts = text.split("~");
  if (text === "" || text.length > 8_000 || parts.length % 2 !== 0) return undefined;
  const places: Record<string, string> = Object.create(null);
  for (let i = 0; i < parts.length; i += 2) {
    const [key = "", place = ""] = parts.slice(i, i + 2);
    if (key.length > 400 || !/^[\w./-]+$/.test(key) || !PLACE.test(place)) return undefined;
    places[key] = place;
  }
  return places;
}
