import { Hono } from "hono";
import type { Context } from "hono";
import * as z from "zod";
import type { PasswordReply } from "../agent/access/mod.ts";
import { toSessionRow } from "../agent/access/session_row.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { auditJson } from "./audit.ts";
import { endOtherSessions, endSession, ownSession } from "./end_sessions.ts";
import { answerProblem } from "./problem.ts";
import { Empty, readJson } from "./read_json.ts";

const End = z.union([z.strictObject({ id: z.string().max(100) }), z.strictObject({ all: z.literal(true) })]);
const Password = z.strictObject({ password: z.string() });

/** Sessions and the audit log for programs. */
export function accessApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/api/v1/sessions", (c) => {
    const own = ownSession(c);
    return c.json({ sessions: deps.access.sessions().map((it) => toSessionRow(it, own)) });
  });
  app.post("/api/v1/sessions/end", async (c) => {
    const body = await readJson(c, End, { deps, state });
    if ("answer" in body) return body.answer;
    if ("all" in body.value) return c.json({ ended: await endOtherSessions(c, deps) });
    if (await endSession(c, deps, body.value.id)) return c.json({ ended: 1 });
    return await answerProblem(c, deps, state, {
      status: 409,
      title: "There is no such session",
      detail: `No session is called "${body.value.id}". It may have ended already.`,
      reason: "no-such-session",
    });
  });
  app.get("/api/v1/audit", (c) => auditJson(c, deps));
  return app;
}

/** What root alone may see and do, on the socket. */
export function rootAccessRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { access } = deps;
  /** `tokenToShow` is what the console shows: `null` once people sign in by a password. */
  const look = () => ({ hasPassword: access.hasPassword(), tokenToShow: access.tokenToShow() ?? null });

  /** With an act that takes nothing. */
  const act = (run: () => Promise<void>) => async (c: Context<Env>) => {
    const body = await readJson(c, Empty, { deps, state });
    if ("answer" in body) return body.answer;
    await run();
    return c.json({ token: access.token(), ...look() });
  };

  app.get("/api/v1/token", (c) => c.json({ token: access.token() }));
  app.get("/api/v1/access", (c) => c.json(look()));
  app.post("/api/v1/access/rotate-token", act(() => access.rotateToken()));
  app.post("/api/v1/access/reset-password", act(() => access.resetPassword()));
  app.post("/api/v1/access/set-password", async (c) => {
    const body = await readJson(c, Password, { deps, state });
    if ("answer" in body) return body.answer;
    const reply = await access.setPassword(body.value.password, "root");
    return reply.ok ? c.json(look()) : await answerProblem(c, deps, state, passwordProblem(reply));
  });
  return app;
}

function passwordProblem(reply: Exclude<PasswordReply, { ok: true }>) {
  if (reply.why === "unusable") {
    return {
      status: 422,
      title: "This password cannot be used",
      detail: reply.problems.join("; "),
      errors: reply.problems.map((message) => ({ field: "password", message })),
    } as const;
  }
  const detail = reply.why === "not-kept"
    ? `It stays as it was: ${reply.problem}`
    : "Somebody else changes it, or many are signing in. Try again.";
  return { status: 409, title: "The password was not set", detail, reason: reply.why } as const;
}
