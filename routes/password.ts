import type { Context } from "hono";
import { Hono } from "hono";
import type { PasswordReply } from "../agent/access/mod.ts";
import { renderPage } from "../views/layout.ts";
import { passwordPage, type PasswordProblem } from "../views/password_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { localPath } from "./login.ts";

/** The management password: chosen after the first sign-in, changed later. */
export function passwordRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();

  async function page(
    c: Context<Env>,
    next: string,
    problems: readonly PasswordProblem[] = [],
    status: 200 | 403 | 422 | 429 | 500 = 200,
  ): Promise<Response> {
    const session = c.get("session");
    const content = passwordPage({
      csrfToken: session?.csrfToken ?? "",
      isFirst: !deps.access.hasPassword(),
      problems,
      next,
    });
    return c.html(renderPage(await frameOf(c, deps, state, "sessions"), content), status);
  }

  app.get("/password", (c) => page(c, localPath(c.req.query("next"))));

  app.post("/password", async (c) => {
    const session = c.get("session");
    if (!session) return c.redirect("/login", 303); // a program's token has no session to go on with
    const form = new URLSearchParams(await c.req.text());
    const next = localPath(form.get("next") ?? undefined);
    const fresh = form.get("password") ?? "";
    if (fresh !== (form.get("again") ?? "")) {
      return await page(c, next, [{ field: "again", message: "The two passwords are different" }], 422);
    }
    await deps.access.refresh();
    const reply = await deps.access.setPassword(fresh, {
      session,
      current: form.get("current") ?? "",
      address: c.env.remoteAddr,
    });
    if (reply.ok) return c.redirect(next === "/password" ? "/" : next, 303);
    if ("waitSec" in reply && reply.waitSec > 0) c.header("retry-after", String(reply.waitSec));
    return await page(c, next, problemsOf(reply), STATUS[reply.why]);
  });

  return app;
}

type Failed = Exclude<PasswordReply, { ok: true }>;

const STATUS: Record<Failed["why"], 403 | 422 | 429 | 500> = {
  unusable: 422,
  wrong: 403,
  wait: 429,
  busy: 429,
  "other-secret": 403,
  "not-kept": 500,
};

/** In the words of the page. */
function problemsOf(reply: Failed): PasswordProblem[] {
  switch (reply.why) {
    case "unusable":
      return reply.problems.map((message) => ({ field: "password", message }));
    case "not-kept":
      return [{ field: "password", message: `The password stays as it was: ${reply.problem}` }];
    case "wait":
      return [{
        field: "current",
        message: `Too many wrong passwords from your address. Try again in ${reply.waitSec}\u00a0s`,
      }];
    case "busy":
      return [{ field: "password", message: "Many others are signing in. Try again in a few seconds" }];
    case "wrong":
    case "other-secret":
      return [{ field: "current", message: "This is not the management password of this appliance" }];
  }
}
