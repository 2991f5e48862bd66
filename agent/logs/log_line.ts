/** How much a line matters. What tells no level counts as "info". */
export const LEVELS = ["error", "warning", "info", "debug"] as const;
export type Level = typeof LEVELS[number];

/** One line as its source has it: nothing is hidden or rendered yet. */
export interface RawLine {
  /** UTC with nine digits behind the point, so that times compare as texts; "" where the source tells none. */
  at: string;
  text: string;
  /** Place in front of the line: what is read back from here is older. Only the stream that gave it understands it. */
  before: string;
  /** Place behind the line: what is read ahead from here is newer. */
  after: string;
  /** Where the source itself tells it. */
  level?: Level;
  /** Bytes of a very long line that were not kept. */
  cutBytes?: number;
}

/** Some lines that follow each other, in their order. */
export interface Batch {
  lines: RawLine[];
  /** Texts of the lines in front of them, oldest first: a secret of several lines may have begun there. */
  context: readonly string[];
  /** Bytes that were passed over in front of these lines, since they came faster than they can be read; 0: nobody knows how many. */
  leftOutBytes?: number;
  /** What reading them cost. */
  readBytes: number;
  /** Where reading back goes on when none of the lines is wanted. */
  before: string;
}

/**
 * What one container, unit or record says, in its own order. Places are texts that stay true when files are renamed, compressed
 * and followed by others, so that what is read piece by piece has no gap and nothing twice.
 */
export interface LogStream {
  /** Tells the streams of a source apart; shown where there are several. */
  readonly key: string;
  /** Place behind the newest whole line; "" when there is none yet. @throws {AgentError} */
  end(signal: AbortSignal): Promise<string>;
  /** Place behind the newest line that is no younger than a time, for streams that find it without reading all. */
  placeAt?(time: string, signal: AbortSignal): Promise<string>;
  /** The newest batch in front of `from` first. @throws {AgentError} */
  back(from: string, signal: AbortSignal): AsyncIterable<Batch>;
  /** From a place on, or from the very beginning (""). Ends with what there is now unless it follows. @throws {AgentError} */
  ahead(from: string, options: { follows: boolean; signal: AbortSignal }): AsyncIterable<Batch>;
}

/** A longer line is cut when it is read: so much is looked at for secrets. */
export const MAX_LINE_CHARS = 64 * 1024;

/** Place behind everything, for whoever has read nothing. */
export const START = "";

/** A time of a source ("2026-11-21T13:00:00.5+01:00") in UTC with nine digits; `undefined` for what is none. */
export function toNanoTime(text: string): string | undefined {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (!found) return undefined;
  const [, seconds = "", fraction = "", zone = ""] = found;
  const nanos = fraction.padEnd(9, "0");
  if (zone === "Z") return `${seconds}.${nanos}Z`;
  const ms = Date.parse(seconds + zone);
  return Number.isNaN(ms) ? undefined : `${new Date(ms).toISOString().slice(0, 19)}.${nanos}Z`;
}

/** The same of milliseconds since 1970. */
export function nanoTimeOfMs(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
}
