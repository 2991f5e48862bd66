import { errorText } from "../error.ts";
import { entryJson, entryText } from "../logs/entry_output.ts";
import type { Entry } from "../logs/fold_lines.ts";
import type { News } from "../logs/follow_streams.ts";
import type { LogService } from "../logs/log_origin.ts";
import { ANY, type LogQuery, parseQuery } from "../logs/query.ts";
import { QueryError } from "../text/query_time.ts";
import { printable } from "../text/printable.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { parseChoice } from "./options.ts";

/** Lines that are shown where nobody says how many, and the most that are. */
export const DEFAULT_LINES = 100;
export const MAX_LINES = 5_000;

/** What may be asked of logs, of an appliance and of a bundle. */
export const LOG_OPTIONS = {
  lines: { type: "string", short: "n" },
  since: { type: "string" },
  previous: { type: "boolean", default: false },
  pod: { type: "string" },
  container: { type: "string" },
  level: { type: "string" },
  grep: { type: "string" },
  exclude: { type: "string" },
  output: { type: "string", short: "o", default: "text" },
} as const;

/** What was asked; without a source it is which there are. */
export interface LogsAsked {
  query: LogQuery;
  isJson: boolean;
  /** As many of the newest; `undefined` when nobody said. */
  lines: number | undefined;
  follows?: boolean;
  /** The command that lists the sources; default that of an appliance. */
  lister?: string;
}

/** @throws {UsageError} */
export function logsAsked(
  values: Partial<Record<string, string | boolean>> & { output: string },
  positionals: readonly string[],
): LogsAsked {
  const [source = "", more] = positionals;
  if (more !== undefined) throw new UsageError(`Only one source at a time, not "${more}" as well`);
  return {
    query: queryOf({ ...values, previous: values.previous === true ? "on" : "", source }),
    isJson: parseChoice("-o", values.output, ["text", "json"]) === "json",
    lines: linesOf(values.lines),
  };
}

/** Prints what was asked for. */
export async function showLogs(logs: LogService, asked: LogsAsked, terminal: Terminal): Promise<ExitCode> {
  if (asked.query.source === "") return await listSources(logs, asked.isJson, terminal);
  return await printLog(logs, asked, terminal);
}

function linesOf(text: string | boolean | undefined): number | undefined {
  if (typeof text !== "string") return undefined;
  const lines = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (lines >= 1 && lines <= MAX_LINES) return lines;
  throw new UsageError(`--lines must be from 1 to ${MAX_LINES}, not "${text}"`);
}

/** @throws {UsageError} */
function queryOf(given: Partial<Record<string, string | boolean | undefined>>): LogQuery {
  const texts = Object.entries(given).filter(([name, it]) => name in ANY && typeof it === "string");
  try {
    return parseQuery(Object.fromEntries(texts) as Record<string, string>);
  } catch (error) {
    if (error instanceof QueryError) throw new UsageError(`--${error.field}: ${error.message}`);
    throw error;
  }
}

async function listSources(logs: LogService, isJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const sources = await logs.sources();
  if (isJson) {
    for (const { id, title, group } of sources) terminal.out(`${JSON.stringify({ id, title, group })}\n`);
    return EXIT.ok;
  }
  const width = Math.max(...sources.map((it) => it.id.length));
  for (const { id, title, group } of sources) {
    const name = id.endsWith(`/${title}`) ? "" : `  ${title}`;
    terminal.out(`${printable(`${group.padEnd(10)}  ${id.padEnd(name === "" ? 0 : width)}${name}`)}\n`);
  }
  return EXIT.ok;
}

async function printLog(
  logs: LogService,
  { query, isJson, follows = false, lister = "alga-agent logs", ...asked }: LogsAsked,
  terminal: Terminal,
): Promise<ExitCode> {
  // All of a window, unless a number is given.
  const lines = asked.lines ?? (query.since !== "" && !follows ? undefined : DEFAULT_LINES);
  const { signal } = terminal;
  const isOneOfMany = query.pod === "" || query.container === "";
  const print = (entry: Entry) =>
    terminal.out(
      isJson
        ? `${JSON.stringify(entryJson(entry))}\n`
        : entryText(entry, { withStream: entry.stream.includes("/") && isOneOfMany, digits: 3 }),
    );
  let code: ExitCode = EXIT.ok;
  const tell = (problems: News["problems"]) => {
    for (const { stream, problem } of problems) {
      terminal.err(`${printable(`${stream} cannot be read: ${problem}`)}\n`, "error");
      code = EXIT.degraded;
    }
  };
  if (lines === undefined) {
    const all = await logs.all(query, signal);
    if (all === undefined) return noSource(query, lister, terminal);
    for await (const it of all) {
      if (signal.aborted) break;
      print(it);
    }
    return code;
  }
  const page = await logs.page(query, { limit: lines, signal });
  if (page === undefined) return noSource(query, lister, terminal);
  page.entries.forEach(print);
  tell(page.problems);
  if (!follows) return code;
  try {
    for await (const { entries, leftOut, problems } of logs.follow(query, page, { signal })) {
      if (leftOut) {
        const { lines: count, bytes } = leftOut;
        const what = count === 0 && bytes === 0 ? "Lines are missing" : `About ${count} lines are left out`;
        terminal.err(`${what} here\n`, "warning");
      }
      entries.forEach(print);
      tell(problems);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.err(`${printable(errorText(error))}\n`, "notice");
  }
  return code;
}

function noSource({ source }: LogQuery, lister: string, terminal: Terminal): ExitCode {
  terminal.err(`There is no source "${printable(source)}". "${lister}" lists them.\n`, "error");
  return EXIT.usage;
}
