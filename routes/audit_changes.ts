import type { Context, MiddlewareHandler } from "hono";
import { shortId } from "../agent/access/sessions.ts";
import type { AppDeps, Env } from "./app_deps.ts";
import { ownSession } from "./end_sessions.ts";
import { socketCaller } from "./socket_caller.ts";

/** What changes nothing although it is sent with POST: forms under way, and looks at what a change would do. */
const NO_CHANGE: ReadonlySet<string> = new Set([
  "POST /setup",
  "POST /settings/change",
  "POST /settings/check",
  "POST /api/v1/settings/check",
  "POST /api/v1/settings/plan",
]);

/** Where the path does not say it in the word that pages and API share. */
const TYPES: Readonly<Record<string, string>> = {
  "POST /api/v1/setup": "setup.start",
  "PUT /api/v1/settings": "settings.apply",
  "POST /settings/accept": "settings.acknowledge",
  "POST /updates/channel/pin": "updates.rules",
  "POST /updates/channel/unpin": "updates.rules",
  "POST /updates/channel/override": "updates.rules",
  "POST /updates/channel/end-override": "updates.rules",
  "POST /updates/channel/window": "updates.rules",
  "POST /updates/accept": "updates.acknowledge",
  "POST /logout": "session.sign-out",
  "POST /sessions/end": "session.end",
  "POST /sessions/end-others": "session.end-others",
  "POST /api/v1/sessions/end": "session.end",
  "POST /password": "access.set-password",
};

/** Longest part of a path that may be a word of ours. */
const WORD = /^[a-z][a-z-]{0,40}$/;

/** The type of the entry that a request makes; `undefined` where nothing is changed by it. Other paths make their own. */
export function auditType(method: string, path: string): string | undefined {
  const key = `${method} ${path}`;
  if (method === "GET" || method === "HEAD" || NO_CHANGE.has(key)) return undefined;
  const words = path.replace(/^\/api\/v1/, "").split("/").filter((it) => WORD.test(it));
  return TYPES[key] ?? (words.length === 0 ? "other" : words.join("."));
}

/** Writes down who asked for which change and what came of it, whatever it is: the one place for pages, API and command line. */
export function auditChanges(deps: AppDeps): MiddlewareHandler<Env> {
  return async function auditChanges(c, next) {
    const who = whoAsks(c); // a sign-out ends the session
    await next();
    const type = auditType(c.req.method, c.req.path);
    if (type === undefined || c.res.status === 404) return;
    const refusal = c.get("refusal");
    const what = c.get("audited");
    await deps.audit.record(type, {
      ...who,
      ...(what === undefined ? {} : { what }),
      result: c.res.status < 400 ? "accepted" : `refused (${c.res.status})`,
      ...(refusal === undefined ? {} : { reason: refusal }),
    });
  };
}

/** Who asks: never a secret, and of a session only its short name. */
function whoAsks(c: Context<Env>): Record<string, string> {
  const onSocket = socketCaller(c);
  if (onSocket !== undefined) return { via: onSocket };
  const address = c.env.remoteAddr;
  const session = ownSession(c);
  return session ? { via: "browser", address, session: shortId(session) } : { via: "API token", address };
}
