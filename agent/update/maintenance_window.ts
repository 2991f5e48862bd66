import * as z from "zod";
import { momentOf, wallClock } from "../text/zoned_time.ts";

/** Days of the week, as windows name them. */
export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** So that two windows of neighbouring days never meet. */
const LONGEST_HOURS = 12;
const HOURS = `Enter whole hours from 1 to ${LONGEST_HOURS}`;

/** When updates may begin, week for week, by the clock of the appliance's time zone. */
export const MaintenanceWindow = z.strictObject({
  days: z.array(z.enum(DAYS, `Days are ${DAYS.join(", ")}`)).min(1, "Choose at least one day").max(7)
    .transform((days) => DAYS.filter((it) => days.includes(it))),
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Enter a time like "02:00", from 00:00 to 23:59'),
  hours: z.int(HOURS).min(1, HOURS).max(LONGEST_HOURS, HOURS),
});
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>;

/** One time that a window is open; the end is outside. */
export interface Span {
  startMs: number;
  endMs: number;
}

/**
 * The times that a window is open, from the one that is open now or comes next; endless. Where the clocks change, a window is as long
 * as ever and comes once.
 */
export function* spansOf(
  { days, from, hours }: MaintenanceWindow,
  { timeZone, fromMs }: { timeZone: string; fromMs: number },
): Generator<Span> {
  const today = Math.floor(wallClock(fromMs, timeZone) / DAY_MS);
  const [hour = 0, minute = 0] = from.split(":").map(Number);
  for (let day = today - 1;; day++) {
    // 1970-01-01 was a Thursday.
    const name = DAYS[(((day + 3) % 7) + 7) % 7];
    if (!days.some((it) => it === name)) continue;
    const startMs = momentOf(day * DAY_MS + hour * HOUR_MS + minute * 60_000, timeZone);
    const endMs = startMs + hours * HOUR_MS;
    if (endMs > fromMs) yield { startMs, endMs };
  }
}

/** Whether the window is open, and how it goes on. */
export function windowAt(
  window: MaintenanceWindow,
  { timeZone, nowMs }: { timeZone: string; nowMs: number },
): { isOpen: boolean; span: Span } {
  for (const span of spansOf(window, { timeZone, fromMs: nowMs })) {
    return { isOpen: span.startMs <= nowMs, span };
  }
  throw new RangeError("A window without a day");
}

/** "Sunday, Wednesday from 02:00 for 3 h" */
export function windowText({ days, from, hours }: MaintenanceWindow): string {
  const names = days.length === DAYS.length ? "every day" : days.map(dayName).join(", ");
  return `${names} from ${from} for ${hours} h`;
}

/** "sunday" → "Sunday" */
export function dayName(day: typeof DAYS[number]): string {
  return `${day[0]?.toUpperCase()}${day.slice(1)}`;
}
