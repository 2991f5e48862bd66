import { Hono } from "hono";
import type { Context } from "hono";
import type { AgentUpdateReply } from "../agent/self_update/agent_update_service.ts";
import { agentUpdateProblem } from "./agent_update_problem.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { answerProblem } from "./problem.ts";
import { apiCaller, Empty, readJson } from "./read_json.ts";

const ACTIONS = ["apply", "retry", "cancel"] as const;

/** The update of the agent, from the page Updates. */
export function agentUpdateRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  for (const action of ACTIONS) {
    app.post(`/updates/agent/${action}`, async (c) => {
      const result = await deps.agentUpdates[action]({ by: `browser ${c.env.remoteAddr}` });
      return result.ok
        ? c.redirect("/updates", 303)
        : await answerProblem(c, deps, state, agentUpdateProblem(result));
    });
  }
  return app;
}

/** The update of the agent for programs and the command line. */
export function agentUpdateApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { agentUpdates } = deps;

  async function reply(c: Context<Env>, result: AgentUpdateReply): Promise<Response> {
    return result.ok
      ? c.json(agentUpdates.view().operation.state, 202)
      : await answerProblem(c, deps, state, agentUpdateProblem(result));
  }

  app.get("/api/v1/updates/agent", (c) => c.json(agentUpdates.view()));
  for (const action of ACTIONS) {
    app.post(`/api/v1/updates/agent/${action}`, async (c) => {
      const body = await readJson(c, Empty, { deps, state });
      return "answer" in body
        ? body.answer
        : await reply(c, await agentUpdates[action]({ by: apiCaller(c) }));
    });
  }
  return app;
}
