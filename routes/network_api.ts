import type { Context } from "hono";
import { Hono } from "hono";
import { LinkSettings } from "../agent/network/link_settings.ts";
import type { NetworkReply, NetworkView } from "../agent/network/network_service.ts";
import { shownTrial } from "../agent/network/trial.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { keepProblem } from "./keep_trial.ts";
import { networkProblem } from "./network_problem.ts";
import { answerProblem } from "./problem.ts";
import { Acknowledge, apiCaller, Empty, readJson } from "./read_json.ts";

/** Links and addresses for programs and the command line: the same actions and words as the pages. */
export function networkApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { network } = deps;

  async function reply(c: Context<Env>, result: NetworkReply): Promise<Response> {
    return result.ok
      ? c.json((await network.look()).operation.state, 202)
      : await answerProblem(c, deps, state, networkProblem(result));
  }

  app.get("/api/v1/network", async (c) => c.json(withoutMark(await network.look())));
  app.put("/api/v1/network", async (c) => {
    const body = await readJson(c, LinkSettings, { deps, state });
    if ("answer" in body) return body.answer;
    return await reply(c, await network.change(body.value, { by: apiCaller(c) }));
  });
  app.post("/api/v1/network/acknowledge", async (c) => {
    const body = await readJson(c, Acknowledge, { deps, state });
    return "answer" in body
      ? body.answer
      : await reply(c, await network.accept(body.value.checkIds, { by: apiCaller(c) }));
  });
  app.post("/api/v1/network/keep", async (c) => {
    const body = await readJson(c, Empty, { deps, state });
    if ("answer" in body) return body.answer;
    const problem = keepProblem(c, await network.look());
    return problem ? await answerProblem(c, deps, state, problem) : await reply(c, network.keep());
  });
  app.post("/api/v1/network/take-back", async (c) => {
    const body = await readJson(c, Empty, { deps, state });
    return "answer" in body ? body.answer : await reply(c, network.takeBack());
  });
  return app;
}

/** The mark is for the page that began the trial. */
function withoutMark({ trial, ...view }: NetworkView) {
  return { ...view, trial: shownTrial(trial) };
}
