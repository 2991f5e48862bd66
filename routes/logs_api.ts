import { type Context, Hono } from "hono";
import { levelOf } from "../agent/logs/fold_lines.ts";
import { ANY, type LogQuery, parseQuery, QueryError } from "../agent/logs/query.ts";
import { entryText } from "../agent/logs/read_all.ts";
import { parsePlaces, placesText } from "../agent/logs/read_page.ts";
import { withHiddenShown } from "../agent/text/hidden_characters.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { answerProblem, type Problem } from "./problem.ts";
import { withEnd } from "./with_end.ts";

const DEFAULT_LIMIT = 300;
const MAX_LIMIT = 2_000;
const CHUNK_CHARS = 32 * 1024;

const NO_SOURCE: Problem = {
  status: 404,
  title: "There is no such log",
  detail: 'Its pods may be gone. Ask "/api/v1/logs" without a source for those that there are.',
};

/** The same logs for programs: sources, a page of lines, and everything as one text. */
export function logApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/api/v1/logs", async (c) => {
    const asked = query(c, ["at", "limit"]);
    if ("problem" in asked) return await answerProblem(c, deps, state, asked.problem);
    if (asked.query.source === "") {
      const sources = await deps.logs.sources();
      return c.json({
        sources: sources.map(({ id, title, group, containers }) => ({
          id,
          title,
          group,
          containers: containers.map(({ pod, container }) => ({ pod, container })),
        })),
      });
    }
    const at = c.req.query("at");
    const from = at === undefined ? undefined : parsePlaces(at);
    const limit = Number(c.req.query("limit") ?? DEFAULT_LIMIT);
    if (at !== undefined && from === undefined) {
      return await answerProblem(c, deps, state, refused("at", "It is not a place that an answer gave"));
    }
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT)) {
      return await answerProblem(c, deps, state, refused("limit", `It must be from 1 to ${MAX_LIMIT}`));
    }
    const page = await deps.logs.page(asked.query, {
      limit,
      signal: c.req.raw.signal,
      ...from === undefined ? {} : { from },
    });
    if (page === undefined) return await answerProblem(c, deps, state, NO_SOURCE);
    return c.json({
      source: asked.query.source,
      lines: page.entries.map((it) => ({
        at: it.head.at,
        stream: it.stream,
        level: levelOf(it),
        text: withHiddenShown(it.head.text),
        ...it.head.cutChars === 0 ? {} : { cutChars: it.head.cutChars },
        ...it.rest.length === 0 ? {} : { rest: it.rest.map((line) => withHiddenShown(line.text)) },
      })),
      older: page.older === undefined ? null : placesText(page.older),
      lookedBackTo: page.lookedBackTo ?? null,
      problems: page.problems,
    });
  });

  app.get("/api/v1/logs/raw", async (c) => {
    const asked = query(c, []);
    if ("problem" in asked) return await answerProblem(c, deps, state, asked.problem);
    const stop = new AbortController();
    const entries = await deps.logs.all(asked.query, stop.signal);
    if (entries === undefined) return await answerProblem(c, deps, state, NO_SOURCE);
    const source = (await deps.logs.sources()).find((it) => it.id === asked.query.source);
    const isOneStream = (source?.containers.length ?? 0) <= 1;
    const release = c.env.keepOpen?.();
    // Nothing is read ahead of a slow reader.
    const bytes = withEnd(ReadableStream.from(bytesOf(entries, isOneStream)), () => {
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
  entries: AsyncGenerator<Parameters<typeof entryText>[0]>,
  isOneStream: boolean,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for await (const it of entries) {
    text += entryText(it, isOneStream);
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

function refused(field: string, message: string): Problem {
  return {
    status: 422,
    title: "This cannot be asked",
    detail: `${message}.`,
    errors: [{ field: field.slice(0, 100), message }],
  };
}
