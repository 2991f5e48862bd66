import { Hono } from "hono";
import { changeText } from "../agent/update/rules.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { changeChannel, ChannelChange, RulesRequest } from "./change_channel.ts";
import { answerProblem, fieldsProblem } from "./problem.ts";
import { apiCaller, readJson } from "./read_json.ts";

/** Channel, pin, testing override, maintenance window and automatic updates for programs and the command line. */
export function channelApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { updates, settings } = deps;

  app.get("/api/v1/updates/rules", async (c) => {
    const channel = (await settings.current())?.channel ?? null;
    return c.json({ channel, ...updates.view().rules });
  });
  app.post("/api/v1/updates/channel", async (c) => {
    const body = await readJson(c, ChannelChange, { deps, state });
    if ("answer" in body) return body.answer;
    c.set("audited", `channel ${body.value.channel}`);
    const problem = await changeChannel(deps, body.value.channel, apiCaller(c));
    return problem
      ? await answerProblem(c, deps, state, problem)
      : c.json(settings.view().operation.state, 202);
  });
  app.post("/api/v1/updates/rules", async (c) => {
    const body = await readJson(c, RulesRequest, { deps, state });
    if ("answer" in body) return body.answer;
    const { supportAsked: _, ...change } = body.value;
    c.set("audited", changeText(change));
    const errors = await updates.changeRules(change, { by: apiCaller(c) });
    if (errors.length === 0) return c.json(updates.view().rules);
    return await answerProblem(c, deps, state, fieldsProblem("This cannot be chosen", errors));
  });
  return app;
}
