import { cut } from "../../text/clip.ts";
import { redactText } from "../../text/redact/redact_text.ts";

/** Longest message kept of any object. */
export const MESSAGE_LIMIT = 600;

/**
 * The bounded text at a path of an object from outside, or "" when there is none. Never throws: a status field may be
 * absent or of another shape than its schema says.
 */
export function readText(value: unknown, limit: number = MESSAGE_LIMIT): string {
  if (typeof value !== "string") return "";
  return cut(value, limit);
}

/** What some program says in its own words, without what looks like a credential. Every message from outside comes in here. */
export function readMessage(value: unknown, limit?: number): string {
  return redactText(readText(value, limit));
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** A time as ISO text in UTC; `undefined` when there is none, it is none, or it is the beginning of time, which means none. */
export function readTime(value: unknown): string | undefined {
  if (typeof value !== "string" || !RFC3339.test(value)) return undefined;
  const ms = Date.parse(value);
  if (!(ms > 0)) return undefined;
  return value.endsWith("Z") ? value : new Date(ms).toISOString();
}

/** A finite number, else `fallback`. */
export function readNumber(value: unknown, fallback = 0): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

/** A plain object, empty when it is none. */
export function readRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}

/** The objects of a list; anything else in it is left out. At most `limit`. */
export function readRecords(value: unknown, limit = 100): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, limit).filter((it) => typeof it === "object" && it !== null && !Array.isArray(it));
}

/** Like {@link readText}, with `undefined` for nothing. */
export function readOptionalText(value: unknown, limit?: number): string | undefined {
  const text = readText(value, limit);
  return text === "" ? undefined : text;
}
