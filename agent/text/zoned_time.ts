/*
 * Times of day in a time zone. A zone has days on which a time does not exist, and days on which it comes twice.
 */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A time on a clock on the wall, as milliseconds: what `Date.UTC` makes of its parts. */
type WallMs = number;

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** What a clock on the wall shows there in this moment. */
export function wallClock(ms: number, timeZone: string): WallMs {
  let format = FORMATS.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    FORMATS.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(ms).map((it) => [it.type, Number(it.value)]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

/**
 * The moment in which a clock on the wall shows this. Of two such moments it is the first; where the clocks skip the time, it is as
 * long after the change as the time would have been, so that nothing is lost.
 */
export function momentOf(wall: WallMs, timeZone: string): number {
  const [before, after] = [wall - DAY_MS, wall + DAY_MS].map((it) => wall - (wallClock(it, timeZone) - it));
  const found = [before, after].filter((it) => it !== undefined && wallClock(it, timeZone) === wall);
  return Math.min(...found as number[], found.length === 0 ? before ?? wall : Infinity);
}

/** "Sunday 2026-11-29 02:00 (Europe/Berlin)" of a moment. */
export function zonedMinute(ms: number, timeZone: string): string {
  const wall = new Date(wallClock(Math.floor(ms / MINUTE_MS) * MINUTE_MS, timeZone));
  const day = wall.toLocaleDateString("en-GB", { weekday: "long", timeZone: "UTC" });
  return `${day} ${wall.toISOString().slice(0, 16).replace("T", " ")} (${timeZone})`;
}
