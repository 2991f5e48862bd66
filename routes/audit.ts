import { type Context, Hono } from "hono";
import { pageOfAudit } from "../agent/access/page_of_audit.ts";
import { AUDIT_GROUPS } from "../agent/access/audit_words.ts";
import { auditPage } from "../views/audit_page.ts";
import { renderPage } from "../views/layout.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";

const ON_A_PAGE = 50;
const MAX_LIMIT = 1_000;

/** The audit log: newest first, a page at a time. */
export function auditRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/audit", async (c) => {
    const group = c.req.query("kind") ?? "";
    const { entries, problem } = await deps.audit.read();
    const page = pageOfAudit(entries, { group, before: numberOf(c, "before"), limit: ON_A_PAGE });
    const groups = [...new Set([...Object.keys(AUDIT_GROUPS), ...page.groups])];
    const content = auditPage({ ...page, groups, group, problem });
    return c.html(renderPage(await frameOf(c, deps, state, "sessions"), content));
  });

  return app;
}

/** A page of the log for programs. */
export async function auditJson(c: Context<Env>, deps: AppDeps): Promise<Response> {
  const { entries, problem } = await deps.audit.read();
  const { shown, before } = pageOfAudit(entries, {
    group: c.req.query("kind") ?? "",
    since: c.req.query("since"),
    before: numberOf(c, "before"),
    limit: Math.min(numberOf(c, "limit") ?? ON_A_PAGE, MAX_LIMIT),
  });
  return c.json({ entries: shown, before: before ?? null, problem: problem ?? null });
}

/** A whole number of the query; `undefined` for what is none. */
function numberOf(c: Context<Env>, name: string): number | undefined {
  const text = c.req.query(name) ?? "";
  return /^[0-9]{1,12}$/.test(text) ? Number(text) : undefined;
}
