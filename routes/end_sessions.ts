import type { Context } from "hono";
import { shortId } from "../agent/access/sessions.ts";
import type { Session } from "../agent/access/mod.ts";
import type { AppDeps, Env } from "./app_deps.ts";

/** The session of who asks; `undefined` for the command line and for programs, whose token opens requests whatever cookie comes along. */
export function ownSession(c: Context<Env>): Session | undefined {
  return c.get("csrfToken") === undefined ? undefined : c.get("session");
}

/** Ends the session that people call so; false when there is none (any more). */
export async function endSession(c: Context<Env>, deps: AppDeps, id: string): Promise<boolean> {
  const found = deps.access.sessions().find((it) => shortId(it) === id);
  if (!found) return false;
  c.set("audited", `session ${id} from ${found.address || "an unknown address"}`);
  await deps.access.endSession(found);
  return true;
}

/** Ends every session but that of who asks; gives how many. */
export async function endOtherSessions(c: Context<Env>, deps: AppDeps): Promise<number> {
  const own = ownSession(c);
  const others = deps.access.sessions().filter((it) => it !== own).length;
  c.set("audited", `${others} sessions`);
  await deps.access.endSessions(own);
  return others;
}
