import { Hono } from "hono";
import * as z from "zod";
import type { ConsoleFeed } from "../agent/console/feed.ts";
import { SETUP_FIELD_KEYS } from "../agent/setup/inputs/fields.ts";
import { createTypedAnswers } from "../agent/setup/inputs/typed_answers.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { answerProblem, refusalProblem } from "./problem.ts";
import { apiCaller, readJson } from "./read_json.ts";

/** Shorter than a client's patience. */
const WAIT_MS = 20_000;

const One = z.strictObject({ field: z.enum(SETUP_FIELD_KEYS), value: z.string().max(10_000) });
const Start = z.strictObject({ checksOnly: z.boolean().default(false) });

/** What the console asks over the socket, which is root's: it shows the token and takes answers one by one. */
export function consoleApiRoutes(deps: AppDeps, state: AppState, feed: ConsoleFeed): Hono<Env> {
  const app = new Hono<Env>();
  const typed = createTypedAnswers(deps.setup);
  const refused = { status: 422, title: "Some answers cannot be used" } as const;

  app.get("/api/v1/console", async (c) => {
    const after = c.req.query("after");
    return c.json(await feed.next(after, after === undefined ? 0 : WAIT_MS));
  });
  app.get("/api/v1/setup/answers", async (c) => c.json(await typed.view()));
  app.put("/api/v1/setup/answers", async (c) => {
    const body = await readJson(c, One, { deps, state });
    if ("answer" in body) return body.answer;
    const error = await typed.put(body.value.field, body.value.value);
    if (error === undefined) return c.json(await typed.view());
    return await answerProblem(c, deps, state, { ...refused, detail: error.message, errors: [error] });
  });
  app.post("/api/v1/setup/start", async (c) => {
    const body = await readJson(c, Start, { deps, state });
    if ("answer" in body) return body.answer;
    const { checksOnly } = body.value;
    const reply = await typed.submit({ by: apiCaller(c), checksOnly });
    if (reply?.ok) return c.json(deps.setup.view().state, 202);
    if (reply) return await answerProblem(c, deps, state, refusalProblem(reply));
    const { errors } = await typed.view();
    const detail = errors.map((it) => `${it.field}: ${it.message}`).join("; ");
    return await answerProblem(c, deps, state, { ...refused, detail, errors });
  });
  return app;
}
