import { Hono } from "hono";
import type { Context } from "hono";
import type { PreflightReport } from "../agent/preflight/check.ts";
import type { AgentUpdateView } from "../agent/self_update/agent_update_service.ts";
import { BackupNote, LONGEST_NOTE } from "../agent/update/backup.ts";
import type { UpdateReply, UpdateView } from "../agent/update/update_service.ts";
import { agentUpdateForms, agentUpdatePart } from "../views/agent_update_part.ts";
import { renderPage } from "../views/layout.ts";
import { prepareFindingsPage, updateFindingsPage, updatePlanPage } from "../views/update_plan_page.ts";
import { updatesHead, updatesParts, updatesTitle, updatesTone } from "../views/updates_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { livePage } from "./live.ts";
import { sharedParts } from "./live_parts.ts";
import { answerProblem } from "./problem.ts";
import { prepareProblem, resumeProblem, retryPartProblem, updateProblem } from "./update_problem.ts";

const PAGE = "/updates";

/** Updates in the browser: what there is → plan → progress → history. */
export function updateRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { updates } = deps;
  const csrf = (c: Context<Env>) => c.get("session")?.csrfToken ?? "";
  const by = (c: Context<Env>) => `browser ${c.env.remoteAddr}`;
  let shown: readonly [UpdateView, AgentUpdateView] | undefined;
  /** Another object when either has changed. */
  const both = () => {
    const now = [updates.view(), deps.agentUpdates.view()] as const;
    if (!shown || now.some((it, i) => it !== shown?.[i])) shown = now;
    return shown;
  };
  const parts = sharedParts(
    deps.clock,
    both,
    (nowMs) => updatesParts(updates.view(), nowMs, agentUpdatePart(deps.agentUpdates.view(), nowMs)),
  );

  /** Before setup is done there is nothing to update. */
  app.use(`${PAGE}/*`, async function requireSetUp(c, next) {
    return deps.setup.view().state.status === "done" ? await next() : c.redirect("/setup", 303);
  });

  async function page(c: Context<Env>, content: Parameters<typeof renderPage>[1], status: 200 | 422 = 200) {
    return c.html(renderPage(await frameOf(c, deps, state, "updates"), content), status);
  }

  async function reply(c: Context<Env>, result: UpdateReply): Promise<Response> {
    return result.ok ? c.redirect(PAGE, 303) : await answerProblem(c, deps, state, updateProblem(result));
  }

  app.get(PAGE, async (c) =>
    livePage(c, {
      frame: await frameOf(c, deps, state, "updates"),
      page: {
        title: updatesTitle(updates.view()),
        narrow: true,
        body: [updatesHead(csrf(c)), agentUpdateForms(csrf(c))],
      },
      parts,
      tone: () => updatesTone(updates.view()),
      subscribe(listener) {
        const ends = [updates, deps.agentUpdates].map((it) => it.subscribe(listener));
        return () => ends.forEach((end) => end());
      },
      path: PAGE,
      clock: deps.clock,
    }, state));

  app.get(`${PAGE}/plan`, async (c) => {
    const plan = await updates.plan();
    // The page says why there is none.
    if (!plan) return c.redirect(PAGE, 303);
    const images = await updates.imagesThere();
    return await page(c, updatePlanPage({ csrfToken: csrf(c), view: updates.view(), plan, images }));
  });

  for (const action of ["apply", "check"] as const) {
    app.post(`${PAGE}/${action}`, async (c) => {
      const form = new URLSearchParams(await c.req.text());
      const expected = form.get("expected");
      const allowDowngrade = form.get("allowDowngrade") === "yes";
      const checksOnly = action === "check";
      return await reply(
        c,
        await updates.apply({
          by: by(c),
          checksOnly,
          ...(allowDowngrade && { allowDowngrade }),
          ...(expected ? { expected } : {}),
        }),
      );
    });
  }
  app.post(`${PAGE}/look`, async (c) => {
    await updates.look();
    return c.redirect(PAGE, 303);
  });

  app.post(`${PAGE}/backup-taken`, async (c) => {
    const text = new URLSearchParams(await c.req.text()).get("note") ?? "";
    // The field lets nobody enter more; what comes all the same is cut.
    const note = BackupNote.parse({ note: text.slice(0, LONGEST_NOTE) });
    await updates.sayBackupTaken(note, { by: by(c) });
    return c.redirect(`${PAGE}/plan`, 303);
  });

  app.get(`${PAGE}/findings`, async (c) => {
    const { operation } = updates.view();
    if (operation.state.status !== "blocked" || !operation.report) return c.redirect(PAGE, 303);
    return await page(c, updateFindingsPage(operation.report as PreflightReport, csrf(c)));
  });
  app.post(`${PAGE}/accept`, async (c) => {
    const ticked = new URLSearchParams(await c.req.text()).getAll("checkId");
    const result = await updates.accept(ticked, { by: by(c) });
    const { report } = updates.view().operation;
    if (result.ok || result.reason !== "needs-acknowledgement" || !report) return await reply(c, result);
    const marked = { missing: result.checkIds, ticked };
    return await page(c, updateFindingsPage(report as PreflightReport, csrf(c), marked), 422);
  });
  for (const action of ["recheck", "retry", "cancel"] as const) {
    app.post(`${PAGE}/${action}`, async (c) => await reply(c, await updates[action]({ by: by(c) })));
  }
  app.post(`${PAGE}/resume`, async (c) => {
    const result = await updates.resume({ by: by(c) });
    return result.ok ? c.redirect(PAGE, 303) : await answerProblem(c, deps, state, resumeProblem(result));
  });

  app.post(`${PAGE}/retry-part`, async (c) => {
    const part = new URLSearchParams(await c.req.text()).get("part") ?? "";
    const result = await deps.retryPart(part, { by: by(c) });
    // Where it was pressed.
    return result.ok ? c.redirect("/", 303) : await answerProblem(c, deps, state, retryPartProblem(result));
  });

  const prepared = async (c: Context<Env>, result: UpdateReply) =>
    result.ok ? c.redirect(PAGE, 303) : await answerProblem(c, deps, state, prepareProblem(result));
  app.post(`${PAGE}/prepare`, async (c) => await prepared(c, await updates.prepare({ by: by(c) })));
  app.get(`${PAGE}/prepare/findings`, async (c) => {
    const { prepare } = updates.view();
    if (prepare.state.status !== "blocked" || !prepare.report) return c.redirect(PAGE, 303);
    return await page(c, prepareFindingsPage(prepare.report as PreflightReport, csrf(c)));
  });
  app.post(`${PAGE}/prepare/accept`, async (c) => {
    const ticked = new URLSearchParams(await c.req.text()).getAll("checkId");
    const result = await updates.preparing.accept(ticked, { by: by(c) });
    const { report } = updates.view().prepare;
    if (result.ok || result.reason !== "needs-acknowledgement" || !report) return await prepared(c, result);
    const marked = { missing: result.checkIds, ticked };
    return await page(c, prepareFindingsPage(report as PreflightReport, csrf(c), marked), 422);
  });
  for (const action of ["recheck", "retry", "cancel"] as const) {
    app.post(
      `${PAGE}/prepare/${action}`,
      async (c) => await prepared(c, await updates.preparing[action]({ by: by(c) })),
    );
  }
  return app;
}
