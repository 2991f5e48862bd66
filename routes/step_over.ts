import type { Context } from "hono";
import type { Env } from "./app_deps.ts";

/**
 * Whether another site led here, by what the browser says: then it keeps the cookie of the session (SameSite=Strict) to itself,
 * also for the redirect that would follow.
 */
export function isFromElsewhere(c: Context<Env>): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "cross-site" || site === "same-site";
  const referer = c.req.header("referer");
  if (referer === undefined || !URL.canParse(referer)) return false;
  return new URL(referer).host !== new URL(c.req.url).host;
}

/** Whether a person reads the answer. */
export function isPageWanted(c: Context<Env>): boolean {
  return c.req.method === "GET" && (c.req.header("accept") ?? "").includes("text/html");
}

/** A page of our own that leads on at once: what it opens comes from here, so the browser sends the cookie. */
export function stepOver(c: Context<Env>, path: string): Response {
  return c.html(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Alga appliance</title><meta http-equiv="refresh" content="0; url=${path}"></head><body><p><a href="${path}">Continue</a></p></body></html>`,
    200,
    { "cache-control": "no-store" },
  );
}
