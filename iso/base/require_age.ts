import { IsoError, IsoUsageError } from "../iso_error.ts";

const DAY_MS = 86_400_000;

/** How old what an image is made from may be. */
export interface AgeLimit {
  /** Days; `undefined` sets no limit. */
  maxAgeDays?: number | undefined;
  now: Date;
}

/** The day of a base, from its maker's words: "… Release amd64 (20260801)". */
export function dateOfBase(name: string): Date | undefined {
  const [, year, month, day] = /\((\d{4})(\d\d)(\d\d)(?:\.\d+)?\)/.exec(name) ?? [];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * Refuses what was made too long ago: it lacks the corrections since. `what` begins a sentence.
 * @throws {IsoError} Also when there is a limit and no date.
 */
export function requireAge(what: string, date: Date | undefined, { maxAgeDays, now }: AgeLimit): void {
  if (maxAgeDays === undefined) return;
  const hint = "Take a newer one, or say a larger --max-age-days";
  if (date === undefined) {
    throw new IsoError(`${what} does not tell its date, so its age is not known`, hint);
  }
  const days = Math.floor((now.getTime() - date.getTime()) / DAY_MS);
  if (days <= maxAgeDays) return;
  throw new IsoError(
    `${what} is ${days} days old (${date.toISOString().slice(0, 10)}); --max-age-days allows ${maxAgeDays}`,
    hint,
  );
}

/** Reads `--max-age-days`; `undefined` without. @throws {IsoUsageError} If it is not a number of days. */
export function parseMaxAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new IsoUsageError(`--max-age-days is a number of days, not "${text}"`);
}
