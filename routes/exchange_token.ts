import type { MiddlewareHandler } from "hono";
import type { AppDeps, Env } from "./app_deps.ts";
import { setSessionCookie } from "./guards.ts";
import { localPath, visitorOf } from "./login.ts";

/**
 * A link with the token: exchanged for a session and gone from the address bar, before anything else sees it. A wrong one
 * leads to the sign-in form.
 *
 * - After a management password was chosen no link opens anything, and a wrong one costs nobody a guess.
 * - Who is signed in stays so, whatever the link says.
 * - Any page of the web can make a browser ask for such a link. What the browser says is not a visit of a person (a picture, a
 *   frame) is not looked at; over plain HTTP browsers say nothing, so wrong links have an allowance of their own.
 *
 * @see W3C Fetch Metadata Request Headers
 */
export function exchangeToken(deps: AppDeps): MiddlewareHandler<Env> {
  return async function exchangeToken(c, next) {
    const token = c.req.query("token");
    if (token === undefined || c.req.method !== "GET") return await next();
    const there = localPath(c.req.path);
    if (c.get("session") || !mayBeVisit((name) => c.req.header(name))) return c.redirect(there, 303);
    await deps.access.refresh();
    const reply = await deps.access.signInByToken(token, visitorOf(c), "link");
    if (!reply.ok) return c.redirect(`/login?link=wrong&next=${there}`, 303);
    setSessionCookie(c, reply.id);
    return c.redirect(there, 303);
  };
}

/** Whether somebody may have opened this address: false only where the browser itself says that nobody did. */
function mayBeVisit(header: (name: string) => string | undefined): boolean {
  const site = header("sec-fetch-site");
  if (site === undefined) return true;
  const isPage = header("sec-fetch-mode") === "navigate" && header("sec-fetch-dest") === "document";
  return isPage && (site !== "cross-site" || header("sec-fetch-user") === "?1");
}
