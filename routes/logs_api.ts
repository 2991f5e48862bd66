import { type Context, Hono } from "hono";
import { entryJson, entryText } from "../agent/logs/entry_output.ts";
import type { Entry } from "../agent/logs/fold_lines.ts";
import { ANY, type LogQuery, parseQuery } from "../agent/logs/query.ts";
import { QueryError } from "../agent/text/query_time.ts";
import { parsePlaces, placesText } from "../agent/logs/read_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { GROWING_HEADERS } from "./growing_headers.ts";
import { jsonFormat } from "./log_stream.ts";
import { logFollowing, type LogPages } from "./logs.ts";
import { answerProblem, type Problem } from "./problem.ts";
import { withEnd } from "./with_end.ts";

const DEFAULT_LIMIT = 300;
const MAX_LIMIT = 2_000;
const WRONG_LIMIT = refused("limit", `It must be from 1 to ${MAX_LIMIT}`);
const CHUNK_CHARS = 32 * 1024;

const NO_SOURCE: Problem = {
  status: 404,
  title: "There is no such log",
  detail: 'Its pods may be gone. Ask "/api/v1/logs" without a source for those that there are.',
};

const NOTHING_COMES: Problem = {
  status: 404,
  title: "Nothing comes here",
  detail: "A bundle does not grow. Ask for its lines without following.",
};
const TOO_MANY: Problem = {
  status: 429,
  title: "Too many follow logs",
  detail: "No more pages and programs may follow logs at once. Close one of them, or ask for pages instead.",
};

/** The same logs for programs: sources, a page of lines, what comes, and everything as one text. */
export function logApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  return logApi({
    logs: deps.logs,
    refuse: (c, problem) => answerProblem(c, deps, state, problem),
    follow: logFollowing(deps, state),
  });
}

/** The answers, of an appliance or of a bundle. */
export function logApi({ logs, refuse, follow }: Omit<LogPages, "halves">): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/api/v1/logs", async (c) => {
    const asked = query(c, ["at", "after", "limit"]);
    if ("problem" in asked) return await refuse(c, asked.problem);
    if (asked.query.source === "") {
      const sources = await logs.sources();
      return c.json({
        sources: sources.map(({ id, title, group, containers }) => ({
          id,
          title,
          group,
          containers: containers.map(({ pod, container }) => ({ pod, container })),
        })),
      });
    }
    const places = { at: c.req.query("at"), after: c.req.query("after") };
    const from = parsePlaces(places.at ?? "");
    const after = parsePlaces(places.after ?? "");
    const limit = limitOf(c);
    for (const [name, isPlace] of [["at", from !== undefined], ["after", after !== undefined]] as const) {
      if (places[name] === undefined || isPlace) continue;
      return await refuse(c, refused(name, "It is not a place that an answer gave"));
    }
    if (from !== undefined && after !== undefined) {
      return await refuse(c, refused("after", "A page ends in front of a place or begins behind one"));
    }
    if (limit === undefined) return await refuse(c, WRONG_LIMIT);
    const page = await logs.page(asked.query, {
      limit,
      signal: c.req.raw.signal,
      from,
      after,
    });
    if (page === undefined) return await refuse(c, NO_SOURCE);
    return c.json({
      source: asked.query.source,
      lines: page.entries.map(entryJson),
      older: page.older === undefined ? null : placesText(page.older),
      newer: page.newer === undefined ? null : placesText(page.newer),
      lookedBackTo: page.lookedBackTo ?? null,
      lookedAheadTo: page.lookedAheadTo ?? null,
      problems: page.problems,
    });
  });

  app.get("/api/v1/logs/follow", async (c) => {
    const asked = query(c, ["limit"]);
    if ("problem" in asked) return await refuse(c, asked.problem);
    const limit = limitOf(c);
    if (limit === undefined) return await refuse(c, WRONG_LIMIT);
    if (asked.query.until !== "") return await refuse(c, refused("until", "What is followed has no end"));
    const page = await logs.page(asked.query, { limit, signal: c.req.raw.signal });
    if (page === undefined) return await refuse(c, NO_SOURCE);
    // From here to the count nothing may be awaited: those who come at once would all find the same number.
    if (follow === undefined || follow.isFull()) {
      return await refuse(c, follow === undefined ? NOTHING_COMES : TOO_MANY);
    }
    const headers = { "content-type": "application/x-ndjson", ...GROWING_HEADERS };
    // The body of a HEAD is never read, so nothing would ever end its stream.
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    const body = follow.open(c, {
      format: jsonFormat(page.entries),
      follow: (signal) => logs.follow(asked.query, page, { signal }),
    });
    return c.body(body, 200, headers);
  });

  app.get("/api/v1/logs/raw", async (c) => {
    const asked = query(c, []);
    if ("problem" in asked) return await refuse(c, asked.problem);
    const stop = new AbortController();
    const entries = await logs.all(asked.query, stop.signal);
    if (entries === undefined) return await refuse(c, NO_SOURCE);
    const source = (await logs.sources()).find((it) => it.id === asked.query.source);
    const withStream = (source?.containers.length ?? 0) > 1;
    const release = c.env.keepOpen?.();
    // Nothing is read ahead of a slow reader.
    const bytes = withEnd(ReadableStream.from(bytesOf(entries, withStream)), () => {
      stop.abort();
      release?.();
    });
    const name = asked.query.source.replaceAll(/[^\w.-]/g, "_").slice(0, 200);
    return c.body(bytes, 200, {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `attachment; filename="${name}.log"`,
      "cache-control": "no-store",
    });
  });
  return app;
}

/** The text in pieces. */
async function* bytesOf(
  entries: AsyncGenerator<Entry>,
  withStream: boolean,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for await (const it of entries) {
    text += entryText(it, { withStream });
    if (text.length < CHUNK_CHARS) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}

/** A question of the API; names that are none are refused. */
function query(c: Context<Env>, others: readonly string[]): { query: LogQuery } | { problem: Problem } {
  const given = c.req.query();
  const unknown = Object.keys(given).find((it) => !(it in ANY) && !others.includes(it));
  if (unknown !== undefined) return { problem: refused(unknown, "There is no such parameter") };
  try {
    return { query: parseQuery(given) };
  } catch (error) {
    if (error instanceof QueryError) return { problem: refused(error.field, error.message) };
    throw error;
  }
}

function limitOf(c: Context<Env>): number | undefined {
  const limit = Number(c.req.query("limit") ?? DEFAULT_LIMIT);
  return Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT ? limit : undefined;
}

function refused(field: string, message: string): Problem {
  return {
    status: 422,
    title: "This cannot be asked",
    detail: `${message}.`,
    errors: [{ field: field.slice(0, 100), message }],
  };
}
