import { redactLine } from "../text/redact/redact_line.ts";
import type { Host } from "./host.ts";
import { tryParseObject } from "../text/try_parse_json.ts";

const LINE_LIMIT = 300;
/** journalctl itself leaves messages of more than 4 KiB out, so this holds all lines. */
const BYTES_LIMIT = 2 * 1024 * 1024;
const TIME_LIMIT_MS = 5_000;

/** One line of a service; free of credentials. */
export interface JournalLine {
  at: string;
  text: string;
}

/**
 * The newest lines of a service, systemd's own about it among them, oldest first; of the last quarter of an hour, and at most
 * 300. @throws {AgentError}
 */
export async function readUnitJournal(
  host: Host,
  unit: string,
  options: { lines?: number; signal?: AbortSignal } = {},
): Promise<JournalLine[]> {
  const { stdout } = await host.run([
    "journalctl",
    "-u",
    unit,
    "-o",
    "json",
    "--output-fields=MESSAGE",
    "--since=-15min",
    // Newest first: with a limit and a beginning, systemd before 254 gives the oldest lines otherwise.
    "--reverse",
    "-n",
    String(Math.min(options.lines ?? LINE_LIMIT, LINE_LIMIT)),
    "--no-pager",
  ], {
    timeoutMs: TIME_LIMIT_MS,
    maxOutputBytes: BYTES_LIMIT,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return parseJournal(stdout).toSorted((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

/** Lines of `journalctl -o json`; what is none, or was cut, is left out. Never throws. */
export function parseJournal(text: string): JournalLine[] {
  return text.split("\n").flatMap((line): JournalLine[] => {
    const entry = tryParseObject(line);
    const micros = Number(entry?.__REALTIME_TIMESTAMP);
    const atMs = Math.floor(micros / 1_000);
    const message = entry && messageOf(entry.MESSAGE);
    if (!message || !(micros > 0) || Number.isNaN(new Date(atMs).getTime())) return [];
    return [{ at: new Date(atMs).toISOString(), text: redactLine(message) }];
  }).slice(-LINE_LIMIT);
}

/** Text, or the bytes of a message that is not UTF-8; systemd.journal-fields(7). */
function messageOf(value: unknown): string {
  if (typeof value === "string") return value.slice(0, 4_000);
  if (!Array.isArray(value) || !value.every((it) => Number.isInteger(it) && it >= 0 && it < 256)) return "";
  return new TextDecoder().decode(new Uint8Array(value.slice(0, 4_000) as number[]));
}
