import { Hono } from "hono";
import { loginPage } from "../views/login_page.ts";
import { renderPage } from "../views/layout.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { sessionCookie } from "./guards.ts";
import { localPath } from "./local_path.ts";

/** Sign in and out. */
export function loginRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/login", async (c) => {
    const next = localPath(c.req.query("next"));
    if (c.get("session")) return c.redirect(next, 303);
    return c.html(
      renderPage(await frameOf(c, deps, state), loginPage(await frameOf(c, deps, state), undefined, next)),
    );
  });

  app.post("/login", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const next = localPath(form.get("next") ?? undefined);
    await deps.access.refresh();
    const verdict = deps.access.checkToken(form.get("token") ?? "", c.env.remoteAddr);
    if (!verdict.ok) {
      const frame = await frameOf(c, deps, state);
      if (verdict.waitSec > 0) c.header("retry-after", String(verdict.waitSec));
      return c.html(
        renderPage(frame, loginPage(frame, { wrong: true, waitSec: verdict.waitSec }, next)),
        verdict.waitSec > 0 ? 429 : 403,
      );
    }
    const { id } = await deps.access.startSession();
    c.header("set-cookie", sessionCookie(id));
    return c.redirect(next, 303);
  });

  return app;
}
