import type { Context } from "hono";
import { Hono } from "hono";
import { type Blocker, type StatusDocument, supportText } from "../agent/status/mod.ts";
import { helpIndexPage } from "../views/help_index_page.ts";
import { type FoundHere, helpPage as helpPageView } from "../views/help_page.ts";
import { type Page, renderPage } from "../views/layout.ts";
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
  return helpPages({
    render: async (c, page) => renderPage(await frameOf(c, deps, state), page),
    foundHere(c, id) {
      const session = c.get("session");
      return session === undefined || session.mustChoosePassword ? [] : foundHere(c, deps, id);
    },
  });
}

/** The pages of help, of an appliance or of a bundle; `foundHere` gives the findings of one cause. */
export function helpPages({ render, foundHere, isKept = false }: {
  /** It is a bundle: the pages of the appliance are not here. */
  isKept?: boolean;
  render(c: Context<Env>, page: Page): string | Promise<string>;
  foundHere(c: Context<Env>, id: string): FoundHere[];
}): Hono<Env> {
  const app = new Hono<Env>();

  async function index(c: Context<Env>, typed: string): Promise<Response> {
    const help = await loadHelp();
    const page = helpIndexPage(help.helpIndex(), {
      typed,
      near: help.nearestIds(typed).map((id) => ({ id, title: help.helpPage(id).title })),
    });
    return c.html(await render(c, page), typed === "" ? 200 : 404);
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
    const here = foundHere(c, id);
    const [first] = here;
    const page = help.helpPage(id, first && help.wordsOfFinding(first.blocker));
    return c.html(await render(c, helpPageView(page, here, { isKept })));
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

function foundHere(c: Context<Env>, deps: AppDeps, id: string): FoundHere[] {
  return findingsOf(c, deps.status.current(), id).map((blocker) => ({
    blocker,
    text: textOf(blocker, deps),
  }));
}

/** Findings of one cause; `?at=` names the part that is meant, which then comes first. */
export function findingsOf(c: Context<Env>, { topBlockers }: StatusDocument, id: string): Blocker[] {
  const at = c.req.query("at");
  return topBlockers.filter((it) => it.id === id)
    .toSorted((a, b) => Number(b.component === at) - Number(a.component === at));
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
