import type { Context } from "hono";
import { Hono } from "hono";
import { renderPage } from "../views/layout.ts";
import { keepPage } from "../views/network_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { keepProblem } from "./keep_trial.ts";
import { networkProblem } from "./network_problem.ts";
import { answerProblem } from "./problem.ts";

const PAGE = "/network/keep";

/**
 * New settings of a link are kept at the new address, where nobody is signed in yet: a browser shows its session to the old one
 * only. What lets somebody in is the mark of the trial, which the page that began it gave; it is good for this alone.
 */
export function networkKeepRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { network } = deps;

  /** Why this trial cannot be kept by this request. */
  async function problemOf(c: Context<Env>, mark: string) {
    if (!network.isMark(mark)) return networkProblem({ ok: false, reason: "no-trial" });
    return keepProblem(c, await network.look());
  }

  app.get(PAGE, async (c) => {
    const mark = c.req.query("trial") ?? "";
    const problem = await problemOf(c, mark);
    if (problem) return await answerProblem(c, deps, state, problem);
    const { trial } = await network.look();
    return c.html(renderPage(await frameOf(c, deps, state), keepPage({ mark, endsAt: trial?.endsAt ?? "" })));
  });
  app.post(PAGE, async (c) => {
    const mark = new URLSearchParams(await c.req.text()).get("trial") ?? "";
    const problem = await problemOf(c, mark);
    if (problem) return await answerProblem(c, deps, state, problem);
    const result = network.keep();
    if (!result.ok) return await answerProblem(c, deps, state, networkProblem(result));
    await deps.audit.record("network.keep", {
      via: "browser",
      address: c.env.remoteAddr,
      result: "accepted",
    });
    return c.redirect("/network", 303);
  });
  return app;
}
