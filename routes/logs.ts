import { type Context, Hono } from "hono";
import { ANY, type LogQuery, parseQuery, QueryError } from "../agent/logs/query.ts";
import { parsePlaces } from "../agent/logs/read_page.ts";
import type { LogSource } from "../agent/logs/sources.ts";
import { pageParts } from "../views/layout.ts";
import {
  logBox,
  logHead,
  logLinks,
  type LogMode,
  logNotices,
  logPath,
  type LogView,
} from "../views/logs_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { lineWriter, logStream } from "./log_stream.ts";
import { answerProblem } from "./problem.ts";

const PAGE = "/logs";
const PAGE_ENTRIES = 300;
/** Nobody reads more at once, and a page must not fill up within a second. */
const MAX_AT_ONCE = 200;
/** Each follows some files of its own. */
const MAX_FOLLOWERS = 50;

/** The one viewer of everything that writes a log. */
export function logRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  let followers = 0;

  function modeOf(c: Context<Env>, query: LogQuery): LogMode {
    if (c.req.query("at") !== undefined || query.until !== "") return "older";
    // The body of a HEAD is never read, so nothing would ever end its stream.
    if (c.req.method === "HEAD" || c.req.query("live") === "off") return "paused";
    return followers < MAX_FOLLOWERS ? "live" : "full";
  }

  app.get(PAGE, async (c) => {
    const sources = await deps.logs.sources();
    const { query, problem } = queryOf(c, sources);
    const from = parsePlaces(c.req.query("at") ?? "");
    const page = await deps.logs.page(query, {
      limit: PAGE_ENTRIES,
      signal: c.req.raw.signal,
      ...from === undefined ? {} : { from },
    });
    const source = sources.find((it) => it.id === query.source);
    if (page === undefined || source === undefined) {
      return await answerProblem(c, deps, state, {
        status: 404,
        title: "There is no such log",
        detail: "Its pods may be gone. The page Logs lists what there is.",
      });
    }
    const frame = await frameOf(c, deps, state, "logs");
    // From here to the count nothing may be awaited: those who come at once would all find the same number.
    const mode = modeOf(c, query);
    const view: LogView = {
      query,
      sources,
      source,
      page,
      mode,
      wraps: c.req.query("wrap") === "on",
      hasTimes: c.req.query("times") !== "off",
      problem,
    };
    const path = logPath(view);
    const [head, foot] = pageParts(frame, {
      title: `${source.title} log`,
      body: [logHead(view), logLinks(view), logNotices(view)],
    });
    const [open, close] = logBox(view);
    const lines = {
      hasStreams: page.entries.some((it) => it.stream !== page.entries[0]?.stream) ||
        source.containers.length > 1,
      linkTo: (at: string) => mode === "older" ? "" : logPath(view, { until: at }),
    };
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      // nginx and those that took it over would hold a page back that grows.
      "x-accel-buffering": "no",
    };
    if (mode !== "live") {
      return c.body(head + open + lineWriter(lines)(page.entries) + close + foot, 200, headers);
    }
    followers++;
    const keptOpen = c.env.keepOpen?.();
    const body = logStream({
      start: head + open,
      end: close + foot,
      entries: page.entries,
      lines,
      path,
      follow: (signal) => deps.logs.follow(query, page, { signal, maxAtOnce: MAX_AT_ONCE }),
      isAllowed: c.get("isStillAllowed"),
      release() {
        followers--;
        keptOpen?.();
      },
      clock: deps.clock,
    }, state);
    return c.body(body, 200, headers);
  });
  return app;
}

/** The question of an address. What cannot be understood is told, and the page shows the rest. */
function queryOf(c: Context<Env>, sources: readonly LogSource[]): { query: LogQuery; problem?: string } {
  const given = c.req.query();
  const source = given.source || sources[0]?.id || "setup";
  try {
    return { query: parseQuery({ ...given, source }) };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { query: { ...ANY, source }, problem: error.message };
  }
}
