import { type Context, Hono } from "hono";
import type { LogService } from "../agent/logs/log_origin.ts";
import { ANY, type LogQuery, parseQuery } from "../agent/logs/query.ts";
import { QueryError } from "../agent/text/query_time.ts";
import { parsePlaces } from "../agent/logs/read_page.ts";
import type { LogSource } from "../agent/logs/sources.ts";
import { type Page, pageParts } from "../views/layout.ts";
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
import { GROWING_HEADERS } from "./growing_headers.ts";
import { lineWriter, logStream, type LogStreamOptions, pageFormat } from "./log_stream.ts";
import { answerProblem, type Problem } from "./problem.ts";

const PAGE = "/logs";
const PAGE_ENTRIES = 300;
/** Nobody reads more at once, and a page must not fill up within a second. */
const MAX_AT_ONCE = 200;
const MAX_FOLLOWERS = 50;

/** What the pages stand on: an appliance, or a bundle that is replayed. */
export interface LogPages {
  logs: LogService;
  /** Makes the two halves of a page, between which its lines come. */
  halves(c: Context<Env>): Promise<(page: Page) => [string, string]>;
  refuse(c: Context<Env>, problem: Problem): Response | Promise<Response>;
  /** The way to follow; `undefined` where nothing comes any more. */
  follow?: LogFollowing;
}

/** Follows logs of an appliance, for pages and programs together. */
export interface LogFollowing {
  /** Each follows some files of its own. */
  isFull(): boolean;
  /** What is sent. From here on it counts. */
  open(c: Context<Env>, options: Pick<LogStreamOptions, "format" | "follow">): ReadableStream<Uint8Array>;
}

/** @see LogFollowing */
export function logFollowing(deps: AppDeps, state: AppState): LogFollowing {
  return {
    isFull: () => state.logFollowers >= MAX_FOLLOWERS,
    open(c, options) {
      const keptOpen = c.env.keepOpen?.();
      state.logFollowers++;
      const release = () => {
        state.logFollowers--;
        keptOpen?.();
      };
      const stream = { ...options, release, isAllowed: c.get("isStillAllowed"), clock: deps.clock };
      return logStream(stream, state);
    },
  };
}

/** The one viewer of everything that writes a log. */
export function logRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  return logPages({
    logs: deps.logs,
    async halves(c) {
      const frame = await frameOf(c, deps, state, "logs");
      return (page) => pageParts(frame, page);
    },
    refuse: (c, problem) => answerProblem(c, deps, state, problem),
    follow: logFollowing(deps, state),
  });
}

/** The page of logs, of an appliance or of a bundle. */
export function logPages({ logs, halves, refuse, follow }: LogPages): Hono<Env> {
  const app = new Hono<Env>();

  function modeOf(c: Context<Env>, query: LogQuery): LogMode {
    const isElsewhere = [c.req.query("at"), c.req.query("after")].some((it) => it !== undefined);
    if (isElsewhere || query.until !== "") return "older";
    if (follow === undefined) return "kept";
    // The body of a HEAD is never read, so nothing would ever end its stream.
    if (c.req.method === "HEAD" || c.req.query("live") === "off") return "paused";
    return follow.isFull() ? "full" : "live";
  }

  app.get(PAGE, async (c) => {
    const sources = await logs.sources();
    const { query, problem } = queryOf(c, sources);
    const page = await logs.page(query, {
      limit: PAGE_ENTRIES,
      signal: c.req.raw.signal,
      from: parsePlaces(c.req.query("at") ?? ""),
      after: parsePlaces(c.req.query("after") ?? ""),
    });
    const source = sources.find((it) => it.id === query.source);
    if (page === undefined || source === undefined) {
      return await refuse(c, {
        status: 404,
        title: "There is no such log",
        detail: "Its pods may be gone. The page Logs lists what there is.",
      });
    }
    const halvesOf = await halves(c);
    // From here to the count nothing may be awaited: those who come at once would all find the same number.
    const mode = modeOf(c, query);
    const view: LogView = {
      query,
      sources,
      source,
      page,
      mode,
      mayFollow: follow !== undefined,
      wraps: c.req.query("wrap") === "on",
      hasTimes: c.req.query("times") !== "off",
      problem,
    };
    const path = logPath(view);
    const [head, foot] = halvesOf({
      title: `${source.title} log`,
      body: [logHead(view), logLinks(view), logNotices(view)],
    });
    const [open, close] = logBox(view);
    const lines = {
      hasStreams: page.entries.some((it) => it.stream !== page.entries[0]?.stream) ||
        source.containers.length > 1,
      linkTo: (at: string) => mode === "older" ? "" : logPath(view, { until: at }),
    };
    const headers = { "content-type": "text/html; charset=utf-8", ...GROWING_HEADERS };
    if (mode !== "live" || follow === undefined) {
      return c.body(head + open + lineWriter(lines)(page.entries) + close + foot, 200, headers);
    }
    const body = follow.open(c, {
      format: pageFormat({ start: head + open, end: close + foot, entries: page.entries, lines, path }),
      follow: (signal) => logs.follow(query, page, { signal, maxAtOnce: MAX_AT_ONCE }),
    });
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
