import { levelOfPriority } from "./detect_level.ts";
import { MAX_LINE_CHARS, nanoTimeOfMs, type RawLine } from "./log_line.ts";
import { tryParseObject } from "../text/try_parse_json.ts";

/** Longest entry that is looked at, as JSON. What is longer is told, not shown. */
export const MAX_ENTRY_CHARS = 8 * MAX_LINE_CHARS;

const CURSOR = /^[a-z]=[0-9a-f]{1,64}(?:;[a-z]=[0-9a-f]{1,64}){1,12}$/;

/** Whether a text is a cursor of the journal; nothing else may become an argument. @see systemd.journal-fields(7) */
export function isCursor(text: string): boolean {
  return text.length <= 400 && CURSOR.test(text);
}

/** Lines of `journalctl -o json`, each entry as one line or, where it holds several, as several. Never throws. */
export function parseJournalEntry(text: string): RawLine[] {
  const entry = tryParseObject(text);
  const cursor = String(entry?.__CURSOR ?? "");
  const micros = String(entry?.__REALTIME_TIMESTAMP ?? "");
  if (entry === undefined || !isCursor(cursor) || !/^\d{1,17}$/.test(micros)) return [];
  const at = nanoTimeOfMicros(micros);
  if (at === undefined) return [];
  const priority = typeof entry.PRIORITY === "string" && /^\d$/.test(entry.PRIORITY)
    ? levelOfPriority(Number(entry.PRIORITY))
    : undefined;
  const { message, cutBytes } = messageOf(entry.MESSAGE);
  return [{
    at,
    text: message,
    before: cursor,
    after: cursor,
    // Programs that write to their standard error have "info" for everything: their own words tell more.
    ...(priority === undefined || priority === "info" ? {} : { level: priority }),
    ...(cutBytes > 0 ? { cutBytes } : {}),
  }];
}

function nanoTimeOfMicros(micros: string): string | undefined {
  const ms = Number(micros.slice(0, -3));
  if (Number.isNaN(new Date(ms).getTime())) return undefined;
  return `${nanoTimeOfMs(ms).slice(0, 23)}${micros.slice(-3)}000Z`;
}

/** Text, the bytes of a message that is not UTF-8, or the first of several of the same field. */
function messageOf(value: unknown): { message: string; cutBytes: number } {
  if (Array.isArray(value) && !value.every((it) => Number.isInteger(it))) return messageOf(value[0]);
  const text = typeof value === "string"
    ? value
    : Array.isArray(value)
    ? new TextDecoder().decode(new Uint8Array(value.slice(0, MAX_LINE_CHARS) as number[]))
    : "";
  return { message: text.slice(0, MAX_LINE_CHARS), cutBytes: Math.max(0, text.length - MAX_LINE_CHARS) };
}
