import { Hono } from "hono";
import type { Context } from "hono";
import { SettingsChange } from "../agent/settings/settings.ts";
import type { SettingsReply } from "../agent/settings/settings_service.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { answerProblem, fieldsProblem } from "./problem.ts";
import { Acknowledge, apiCaller, Empty, readJson } from "./read_json.ts";
import { settingsProblem } from "./settings_problem.ts";

/** On the pages the choice itself says that Alga support asked for it. */
const NIGHTLY = {
  field: "channel",
  message:
    "Nightly releases are for tests. Where Alga support asked you to: alga-agent channel set nightly --support-asked",
};

/** Settings for programs and the command line: the same actions and words as the pages. */
export function settingsApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { settings } = deps;

  async function reply(c: Context<Env>, result: SettingsReply): Promise<Response> {
    return result.ok
      ? c.json(settings.view().operation.state, 202)
      : await answerProblem(c, deps, state, settingsProblem(result));
  }

  /** The settings as the body would make them, or an answer that says why not. */
  async function readChange(c: Context<Env>) {
    const body = await readJson(c, SettingsChange, { deps, state });
    if ("answer" in body) return body;
    const { isSetUp, rows } = await settings.look();
    if (!isSetUp) {
      return {
        answer: await answerProblem(c, deps, state, settingsProblem({ ok: false, reason: "not-set-up" })),
      };
    }
    const isNewlyNightly = body.value.channel === "nightly" &&
      rows.find((it) => it.field === "channel")?.value === "stable";
    const merged = isNewlyNightly ? { errors: [NIGHTLY] } : await settings.merge(body.value);
    if ("settings" in merged) return { value: merged.settings };
    const problem = fieldsProblem("Some settings cannot be used", merged.errors);
    return { answer: await answerProblem(c, deps, state, problem) };
  }

  app.get("/api/v1/settings", async (c) => c.json(await settings.look()));
  app.put("/api/v1/settings", async (c) => {
    const change = await readChange(c);
    return "answer" in change
      ? change.answer
      : await reply(c, await settings.apply(change.value, { by: apiCaller(c) }));
  });
  app.post("/api/v1/settings/plan", async (c) => {
    const change = await readChange(c);
    return "answer" in change ? change.answer : c.json(await settings.plan(change.value));
  });
  app.post("/api/v1/settings/check", async (c) => {
    const change = await readChange(c);
    return "answer" in change
      ? change.answer
      : c.json(await settings.check(change.value, { signal: c.req.raw.signal }));
  });
  app.post("/api/v1/settings/acknowledge", async (c) => {
    const body = await readJson(c, Acknowledge, { deps, state });
    return "answer" in body
      ? body.answer
      : await reply(c, await settings.accept(body.value.checkIds, { by: apiCaller(c) }));
  });
  for (const action of ["recheck", "retry"] as const) {
    app.post(`/api/v1/settings/${action}`, async (c) => {
      const body = await readJson(c, Empty, { deps, state });
      return "answer" in body ? body.answer : await reply(c, await settings[action]({ by: apiCaller(c) }));
    });
  }
  return app;
}
