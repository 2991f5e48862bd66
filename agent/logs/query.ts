import { type Entry, levelOf } from "./fold_lines.ts";
import { QUERY_TIMES, QueryError, queryTime } from "../text/query_time.ts";
import { type Level, LEVELS, toNanoTime } from "./log_line.ts";

/** Which lines are wanted; the same in the address of a page, in the API and on the command line. */
export interface LogQuery {
  source: string;
  /** One pod or container of a source alone; "" is all. */
  pod: string;
  container: string;
  /** Lives of containers before the present one only. */
  previous: boolean;
  /** This level and worse ones; "" is all. */
  level: Level | "";
  /** Words that must be there, all of them; "two words" in quotes are one. */
  grep: string;
  /** Words of which none may be there. */
  exclude: string;
  /** "15m", "6h", "2d", or an ISO time; "" is from the beginning. */
  since: string;
  /** An ISO time; "" is up to now. */
  until: string;
}

export const ANY: LogQuery = {
  source: "",
  pod: "",
  container: "",
  previous: false,
  level: "",
  grep: "",
  exclude: "",
  since: "",
  until: "",
};

const MAX_TEXT_CHARS = 330;

/** Parameters of an address, or options, as a question. Names that are none are the caller's. @throws {QueryError} */
export function parseQuery(given: Readonly<Partial<Record<keyof LogQuery, string>>>): LogQuery {
  const text = (field: keyof LogQuery): string => {
    const value = (given[field] ?? "").trim();
    if (value.length <= MAX_TEXT_CHARS) return value;
    throw new QueryError(field, `"${field}" is longer than ${MAX_TEXT_CHARS} characters`);
  };
  const level = text("level");
  if (level !== "" && !(LEVELS as readonly string[]).includes(level)) {
    throw new QueryError("level", `The level must be ${LEVELS.join(", ")}, not "${level}"`);
  }
  const [since, until] = [text("since"), text("until")];
  for (const [field, value] of [["since", since], ["until", until]] as const) {
    if (value !== "" && timeOf(value, 0) === undefined) {
      throw new QueryError(
        field,
        `A time must be like ${QUERY_TIMES}, not "${value}"`,
      );
    }
  }
  return {
    source: text("source"),
    pod: text("pod"),
    container: text("container"),
    previous: ["1", "on", "true"].includes(text("previous")),
    level: level as Level | "",
    grep: text("grep"),
    exclude: text("exclude"),
    since,
    until,
  };
}

/** The question as parameters of an address, without what is not asked; `change` replaces parts of it. */
export function queryParams(query: LogQuery, change: Partial<LogQuery> = {}): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, ...change })) {
    if (value === true) params.set(name, "on");
    else if (typeof value === "string" && value !== "") params.set(name, value);
  }
  return params;
}

/** A time of a question in UTC with nine digits; `undefined` for what is none. */
export function timeOf(text: string, nowMs: number): string | undefined {
  const time = queryTime(text, nowMs);
  return time && toNanoTime(time);
}

/** Words of a text, each in small letters; what stands in quotes is one. */
export function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]{1,200})"|(\S{1,200})/g)]
    .map(([, quoted, word]) => (quoted ?? word ?? "").toLowerCase());
}

/** What decides whether an entry is wanted; the time is decided by whoever reads, which knows when to stop. */
export function createFilter({ level, grep, exclude }: LogQuery): (entry: Entry) => boolean {
  const levels = level === "" ? LEVELS : LEVELS.slice(0, LEVELS.indexOf(level) + 1);
  const [wanted, unwanted] = [wordsOf(grep), wordsOf(exclude)];
  return (entry) => {
    if (!levels.includes(levelOf(entry))) return false;
    if (wanted.length === 0 && unwanted.length === 0) return true;
    const text = [entry.head, ...entry.rest].map((it) => it.text).join("\n").toLowerCase();
    return wanted.every((it) => text.includes(it)) && !unwanted.some((it) => text.includes(it));
  };
}
