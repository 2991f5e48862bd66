import { type Context, Hono } from "hono";
import type { LogService } from "../agent/logs/log_origin.ts";
import type { Blocker } from "../agent/status/mod.ts";
import {
  parseEventQuery,
  parseWorkloadQuery,
  type PodPage,
  type WorkloadsService,
} from "../agent/workloads/mod.ts";
import { QueryError } from "../agent/text/query_time.ts";
import { eventsPage } from "../views/events_page.ts";
import { type Page, renderPage } from "../views/layout.ts";
import { noPodPage, podPage } from "../views/pod_page.ts";
import { workloadsPage } from "../views/workloads_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { answerProblem, type Problem } from "./problem.ts";

/** What the pages stand on: an appliance, or a bundle that is replayed. */
export interface WorkloadPages {
  workloads: WorkloadsService;
  nowMs(): number;
  /** It is a bundle: there is nothing to look at again. */
  isKept?: boolean;
  /** What the status says at the same moment. */
  blockers(): readonly Blocker[];
  /** What the log of a pod is looked for in. */
  logs: LogService;
  render(c: Context<Env>, page: Page): string | Promise<string>;
  refuse(c: Context<Env>, problem: Problem): Response | Promise<Response>;
}

/** Workloads, one pod, events: as pages. */
export function workloadRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  return workloadPages({
    workloads: deps.workloads,
    nowMs: () => deps.clock.nowMs(),
    blockers: () => deps.status.current().topBlockers,
    logs: deps.logs,
    render: async (c, page) => renderPage(await frameOf(c, deps, state, "workloads"), page),
    refuse: (c, problem) => answerProblem(c, deps, state, problem),
  });
}

/** The pages of workloads, of an appliance or of a bundle. */
export function workloadPages(
  { workloads, nowMs, isKept = false, blockers, logs, render, refuse }: WorkloadPages,
): Hono<Env> {
  const app = new Hono<Env>();
  const now = () => new Date(nowMs()).toISOString();

  app.get("/workloads", async (c) => {
    const query = tryParse(c, parseWorkloadQuery);
    if (query instanceof QueryError) return await refuse(c, queryProblem(query));
    return c.html(await render(c, workloadsPage(await workloads.list(query), now(), { isKept })));
  });
  app.get("/workloads/:namespace/:pod", async (c) => {
    const { namespace, pod: name } = c.req.param();
    const pod = await workloads.pod(namespace, name);
    if (pod === undefined) return c.html(await render(c, noPodPage(namespace, name)), 404);
    const finding = findingOf(pod, blockers());
    const log = await logOfPod(logs, namespace, name);
    return c.html(await render(c, podPage(pod, { finding, asOf: now(), logs: log, isKept })));
  });
  app.get("/events", async (c) => {
    const query = tryParse(c, parseEventQuery);
    if (query instanceof QueryError) return await refuse(c, queryProblem(query));
    return c.html(await render(c, eventsPage(workloads.events(query), now(), { isKept })));
  });
  return app;
}

/** The same for programs and the command line. */
export function workloadApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { workloads } = deps;

  app.get("/api/v1/workloads", async (c) => {
    const query = tryParse(c, parseWorkloadQuery);
    return query instanceof QueryError
      ? await answerProblem(c, deps, state, queryProblem(query))
      : c.json(await workloads.list(query));
  });
  app.get("/api/v1/workloads/:namespace/:pod", async (c) => {
    const { namespace, pod: name } = c.req.param();
    const pod = await workloads.pod(namespace, name);
    return pod === undefined
      ? await answerProblem(c, deps, state, {
        status: 404,
        title: "There is no such pod now",
        detail: `${namespace}/${name} is gone, or never was: a pod that is made again has another name.`,
        reason: "no-pod",
      })
      : c.json(pod);
  });
  app.get("/api/v1/events", async (c) => {
    const query = tryParse(c, parseEventQuery);
    return query instanceof QueryError
      ? await answerProblem(c, deps, state, queryProblem(query))
      : c.json(workloads.events(query));
  });
  return app;
}

/** Where the log of a pod is shown; `undefined` where there is none of it. */
async function logOfPod(
  logs: LogService,
  namespace: string,
  pod: string,
): Promise<string | undefined> {
  const source = (await logs.sources()).find((it) =>
    it.containers.some((one) => one.namespace === namespace && one.pod === pod)
  );
  return source && `/logs?${new URLSearchParams({ source: source.id, pod })}`;
}

/** What the status says of this pod. */
function findingOf({ row }: PodPage, blockers: readonly Blocker[]): Blocker | undefined {
  return blockers.find((it) =>
    it.evidence.some(({ pod }) => pod?.namespace === row.namespace && pod.name === row.name)
  );
}

function tryParse<Q>(c: Context<Env>, parse: (search: URLSearchParams) => Q): Q | QueryError {
  try {
    return parse(new URL(c.req.url).searchParams);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
}

function queryProblem({ field, message }: QueryError): Problem {
  return {
    status: 422,
    title: "This cannot be asked for",
    detail: message,
    errors: [{ field, message }],
    reason: "query",
  };
}
