import type { Context } from "hono";
import { Hono } from "hono";
import { type Blocker, supportText } from "../agent/status/mod.ts";
import { helpIndexPage } from "../views/help_index_page.ts";
import { type FoundHere, helpPage as helpPageView } from "../views/help_page.ts";
import { renderPage } from "../views/layout.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { answerProblem } from "./problem.ts";

/** Read when somebody asks for help, not at start. */
const loadHelp = () => import("../agent/causes/help/mod.ts");

/**
 * What each cause means and what to do. Open without signing in: the text is the same in every program and in our documents, and
 * whoever cannot sign in needs it most. What was found on this appliance is shown to a session only.
 */
export function helpRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();

  async function index(c: Context<Env>, typed: string): Promise<Response> {
    const help = await loadHelp();
    const page = helpIndexPage(help.helpIndex(), {
      typed,
      near: help.nearestIds(typed).map((id) => ({ id, title: help.helpPage(id).title })),
    });
    return c.html(renderPage(await frameOf(c, deps, state), page), typed === "" ? 200 : 404);
  }

  app.get("/help", async (c) => {
    const typed = (c.req.query("id") ?? "").trim();
    const id = (await loadHelp()).helpId(typed.toLowerCase());
    return id === undefined ? await index(c, typed) : c.redirect(`/help/${id}`, 303);
  });
  app.get("/help/:id", async (c) => {
    const help = await loadHelp();
    const typed = c.req.param("id");
    const id = help.helpId(typed);
    if (id === undefined) return await index(c, typed);
    const session = c.get("session");
    const here = session === undefined || session.mustChoosePassword ? [] : foundHere(c, deps, id);
    const [first] = here;
    const page = help.helpPage(id, first && help.wordsOfFinding(first.blocker));
    return c.html(renderPage(await frameOf(c, deps, state), helpPageView(page, here)));
  });
  return app;
}

/** What was found, for Alga support; behind the session, as all that tells of this appliance. */
export function findingRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/findings/:file{[a-z0-9.-]+\\.txt}", async (c) => {
    const id = c.req.param("file").slice(0, -".txt".length);
    const here = foundHere(c, deps, id);
    if (here.length === 0) {
      return await answerProblem(c, deps, state, {
        status: 404,
        title: "This was not found just now",
        detail: "The cause may be gone. The status page shows what there is.",
      });
    }
    return c.body(here.map((it) => it.text).join("\n"), 200, { "content-type": "text/plain; charset=utf-8" });
  });
  return app;
}

/** The same for programs and the command line. */
export function findingApiRoutes(deps: AppDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/api/v1/findings", (c) =>
    c.json(
      deps.status.current().topBlockers.map((it) => ({
        id: it.id,
        component: it.component,
        text: textOf(it, deps),
      })),
    ));
  return app;
}

/** Findings of one cause; `?at=` names the part that is meant, which then comes first. */
function foundHere(c: Context<Env>, deps: AppDeps, id: string): FoundHere[] {
  const at = c.req.query("at");
  return deps.status.current().topBlockers.filter((it) => it.id === id)
    .toSorted((a, b) => Number(b.component === at) - Number(a.component === at))
    .map((blocker) => ({ blocker, text: textOf(blocker, deps) }));
}

function textOf(blocker: Blocker, { status, identity, setup }: AppDeps): string {
  const { preflight, acknowledgements } = setup.view();
  return supportText(blocker, {
    status: status.current(),
    build: identity,
    checks: preflight,
    accepted: acknowledgements.map((it) => it.checkId),
  });
}
