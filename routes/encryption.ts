import type { Context, MiddlewareHandler } from "hono";
import type { AppDeps, AppState, EncryptionChoice, Env } from "./app_deps.ts";
import { answerProblem } from "./problem.ts";

/**
 * Leads what comes in clear to the same address over TLS: for now only (307), since the site may choose otherwise tomorrow. What
 * sends something is refused: it has been on the line in clear already, and must not seem to be safe.
 */
export function leadToEncrypted(deps: AppDeps, state: AppState): MiddlewareHandler<Env> {
  return async function leadToEncrypted(c, next) {
    if (c.env.isEncrypted) return await next();
    if (c.req.method === "GET" || c.req.method === "HEAD") return c.redirect(encryptedAddress(c), 307);
    return await answerProblem(c, deps, state, {
      status: 403,
      title: "Only encrypted connections are taken here",
      detail: `Nothing was changed. Open ${encryptedAddress(c, "/")} and do it there.`,
    });
  };
}

/** The address of a request over TLS, on the same port, which the address of plain HTTP leaves out where it is 80. */
export function encryptedAddress(c: Context<Env>, path?: string): string {
  const { hostname, port, pathname, search } = new URL(c.req.url);
  return `https://${hostname}:${port || "80"}${path ?? pathname + search}`;
}

/** The text of the header; `undefined` where the site has not chosen it. */
export function hstsOf(choice: EncryptionChoice | undefined): string | undefined {
  return choice?.hstsDays === undefined ? undefined : `max-age=${choice.hstsDays * 86_400}`;
}
