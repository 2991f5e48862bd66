import { type Context, Hono } from "hono";
import type { Visitor } from "../agent/access/mod.ts";
import { loginPage, type LoginProblem } from "../views/login_page.ts";
import { renderPage } from "../views/layout.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { setSessionCookie } from "./guards.ts";

/** Sign in and out. */
export function loginRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();

  async function page(c: Context<Env>, next: string, problem?: LoginProblem, status: 200 | 403 | 429 = 200) {
    const frame = await frameOf(c, deps, state);
    const secret = deps.access.hasPassword() ? "password" : "token";
    return c.html(renderPage(frame, loginPage(frame, { secret, problem, next })), status);
  }

  app.get("/login", async (c) => {
    const next = localPath(c.req.query("next"));
    if (c.get("session")) return c.redirect(next, 303);
    return await page(c, next, c.req.query("link") === "wrong" ? { why: "link", waitSec: 0 } : undefined);
  });

  app.post("/login", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const next = localPath(form.get("next") ?? undefined);
    await deps.access.refresh();
    const visitor = visitorOf(c);
    const password = form.get("password");
    const reply = password === null
      ? await deps.access.signInByToken(form.get("token") ?? "", visitor)
      : await deps.access.signInByPassword(password, visitor);
    if (!reply.ok) {
      if (reply.waitSec > 0) c.header("retry-after", String(reply.waitSec));
      return await page(c, next, reply, reply.waitSec > 0 ? 429 : 403);
    }
    setSessionCookie(c, reply.id);
    return c.redirect(next, 303);
  });

  return app;
}

/** Who wants to sign in. */
export function visitorOf(c: Context<Env>): Visitor {
  const { remoteAddr, isEncrypted = false } = c.env;
  return { address: remoteAddr, userAgent: c.req.header("user-agent"), isEncrypted };
}

/** Only paths of our own; anything else leads to the start page. */
export function localPath(text: string | undefined): string {
  return text !== undefined && /^\/[A-Za-z0-9_\-./]*$/.test(text) && !text.startsWith("//") &&
      text !== "/login"
    ? text
    : "/";
}
