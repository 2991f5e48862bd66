import type { MiddlewareHandler } from "hono";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { ownSession } from "./end_sessions.ts";
import { answerProblem, wantsJson } from "./problem.ts";

const OPEN = ["/password", "/logout"];

/** Who signed in with the setup token chooses a management password before anything else. */
export function requirePassword(deps: AppDeps, state: AppState): MiddlewareHandler<Env> {
  return async function requirePassword(c, next) {
    if (!ownSession(c)?.mustChoosePassword || OPEN.includes(c.req.path)) return await next();
    if (wantsJson(c) || c.req.method !== "GET") {
      return await answerProblem(c, deps, state, {
        status: 403,
        title: "Choose a management password first",
        detail: 'Open the page "/password" and choose one. Nothing else is open until then.',
        reason: "password-needed",
      });
    }
    return c.redirect(`/password${c.req.path === "/" ? "" : `?next=${encodeURIComponent(c.req.path)}`}`, 303);
  };
}
