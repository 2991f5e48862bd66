import { Hono } from "hono";
import { toSessionRow } from "../agent/access/session_row.ts";
import { renderPage } from "../views/layout.ts";
import { sessionsPage } from "../views/sessions_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { endOtherSessions, endSession, ownSession } from "./end_sessions.ts";
import { frameOf } from "./frame.ts";
import { forgetSession } from "./guards.ts";

/** Who is signed in, and the way to end it. */
export function sessionsRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/sessions", async (c) => {
    const own = ownSession(c);
    const content = sessionsPage({
      rows: deps.access.sessions().map((it) => toSessionRow(it, own)),
      hasPassword: deps.access.hasPassword(),
      csrfToken: own?.csrfToken ?? "",
    });
    return c.html(renderPage(await frameOf(c, deps, state, "sessions"), content));
  });

  app.post("/sessions/end", async (c) => {
    const own = ownSession(c);
    // One that has ended meanwhile is what was asked for.
    await endSession(c, deps, new URLSearchParams(await c.req.text()).get("id") ?? "");
    if (own && deps.access.isLiving(own)) return c.redirect("/sessions", 303);
    forgetSession(c);
    return c.redirect("/login", 303);
  });

  app.post("/sessions/end-others", async (c) => {
    await endOtherSessions(c, deps);
    return c.redirect("/sessions", 303);
  });

  return app;
}
