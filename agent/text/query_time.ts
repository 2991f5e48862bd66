const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How a time of a question may be written, for the texts that refuse one. */
export const QUERY_TIMES = "15m, 6h or 2d, or like 2026-11-21T14:02:00Z";

/** A question to a list or a log of which a part cannot be understood. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  constructor(readonly field: string, message: string) {
    super(message);
  }
}

/**
 * A time of a question as an ISO time with its zone: an age ("15m"), a day, a time to the minute or finer. What names no zone is UTC,
 * as everything that is shown. `undefined` for what is no time.
 */
export function queryTime(text: string, nowMs: number): string | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) {
    return new Date(Math.max(0, nowMs - Number(count) * (UNIT_MS[unit] ?? 0))).toISOString();
  }
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)) {
    return undefined;
  }
  const whole = text.length === 10
    ? `${text}T00:00:00Z`
    : text.replace(/T\d\d:\d\d(?!:)/, (it) => `${it}:00`);
  const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(whole) ? whole : `${whole}Z`;
  return Number.isNaN(Date.parse(zoned)) ? undefined : zoned;
}
