import { Hono } from "hono";
import * as z from "zod";
import { SetupInputs, type SetupReply } from "../agent/setup/mod.ts";
import type { Context } from "hono";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { answerProblem, refusalProblem } from "./problem.ts";
import { Acknowledge, apiCaller, Empty, readJson } from "./read_json.ts";

const Decide = z.strictObject({ decision: z.enum(["keep", "open"]) });

/** The JSON face: the same actions and words as the pages. */
export function apiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  // c.body() copies several headers through a Headers object, which costs as much as all the rest of this answer.
  const status = () =>
    new Response(deps.status.json(), {
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });

  app.get("/api/status", status);
  app.get("/api/v1/status", status);
  app.get("/api/v1/setup", (c) => c.json(deps.setup.view()));
  app.get("/api/v1/preflight", (c) => c.json(deps.setup.view().preflight ?? null));

  const read = <T>(c: Context<Env>, schema: z.ZodType<T>) => readJson(c, schema, { deps, state });

  async function reply(c: Context<Env>, result: SetupReply): Promise<Response> {
    return result.ok
      ? c.json(deps.setup.view().state, 202)
      : await answerProblem(c, deps, state, refusalProblem(result));
  }

  app.post("/api/v1/setup", async (c) => {
    const body = await read(c, SetupInputs);
    if ("answer" in body) return body.answer;
    return await reply(
      c,
      await deps.setup.submit(body.value, {
        by: apiCaller(c),
        checksOnly: c.req.query("checksOnly") === "true",
      }),
    );
  });
  app.post("/api/v1/setup/acknowledge", async (c) => {
    const body = await read(c, Acknowledge);
    return "answer" in body
      ? body.answer
      : await reply(c, await deps.setup.acknowledge(body.value.checkIds, { by: apiCaller(c) }));
  });
  app.get("/api/v1/setup/record", async (c) => c.json(await deps.setup.record() ?? null));
  app.post("/api/v1/setup/record", async (c) => {
    const body = await read(c, Decide);
    return "answer" in body
      ? body.answer
      : await reply(c, await deps.setup.decideRecord(body.value.decision, { by: apiCaller(c) }));
  });
  app.post("/api/v1/setup/recheck", async (c) => {
    const body = await read(c, Empty);
    return "answer" in body ? body.answer : await reply(c, await deps.setup.recheck({ by: apiCaller(c) }));
  });
  app.post("/api/v1/setup/install", async (c) => {
    const body = await read(c, Empty);
    return "answer" in body ? body.answer : await reply(c, await deps.setup.install({ by: apiCaller(c) }));
  });
  app.post("/api/v1/setup/retry", async (c) => {
    const body = await read(c, Empty);
    return "answer" in body ? body.answer : await reply(c, await deps.setup.retry({ by: apiCaller(c) }));
  });
  return app;
}
