import { Hono } from "hono";
import type { Context } from "hono";
import * as z from "zod";
import { BackupNote } from "../agent/update/backup.ts";
import type { UpdateReply } from "../agent/update/update_service.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { answerProblem } from "./problem.ts";
import { Acknowledge, apiCaller, Empty, readJson } from "./read_json.ts";
import { prepareProblem, resumeProblem, retryPartProblem, updateProblem } from "./update_problem.ts";

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 lower-case hex digits');
const Apply = z.strictObject({
  expected: Digest.optional(),
  checksOnly: z.boolean().optional(),
  allowDowngrade: z.boolean().optional(),
});

/** The name of one; which there are is told with the refusal. */
const Part = z.strictObject({ part: z.string().max(63) });

/** Updates for programs and the command line: the same actions and words as the pages. */
export function updatesApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { updates } = deps;

  async function planned() {
    const steps = await updates.plan() ?? [];
    const images = steps.length === 0 ? undefined : await updates.imagesThere();
    return { steps, ...(images && { images }) };
  }

  async function reply(c: Context<Env>, result: UpdateReply): Promise<Response> {
    return result.ok
      ? c.json(updates.view().operation.state, 202)
      : await answerProblem(c, deps, state, updateProblem(result));
  }

  async function prepared(c: Context<Env>, result: UpdateReply): Promise<Response> {
    return result.ok
      ? c.json(updates.view().prepare.state, 202)
      : await answerProblem(c, deps, state, prepareProblem(result));
  }

  app.get("/api/v1/updates", (c) => c.json(updates.view()));
  app.post("/api/v1/updates/look", async (c) => {
    const body = await readJson(c, Empty, { deps, state });
    return "answer" in body ? body.answer : c.json(await updates.look());
  });
  app.post("/api/v1/updates/plan", async (c) => {
    const body = await readJson(c, Empty, { deps, state });
    return "answer" in body ? body.answer : c.json(await planned());
  });
  app.post("/api/v1/updates/apply", async (c) => {
    const body = await readJson(c, Apply, { deps, state });
    if ("answer" in body) return body.answer;
    const { expected, checksOnly = false, allowDowngrade = false } = body.value;
    return await reply(
      c,
      await updates.apply({
        by: apiCaller(c),
        checksOnly,
        ...(allowDowngrade && { allowDowngrade }),
        ...(expected && { expected }),
      }),
    );
  });
  app.post("/api/v1/updates/acknowledge", async (c) => {
    const body = await readJson(c, Acknowledge, { deps, state });
    return "answer" in body
      ? body.answer
      : await reply(c, await updates.accept(body.value.checkIds, { by: apiCaller(c) }));
  });
  app.post("/api/v1/updates/backup-taken", async (c) => {
    const body = await readJson(c, BackupNote, { deps, state });
    if ("answer" in body) return body.answer;
    await updates.sayBackupTaken(body.value, { by: apiCaller(c) });
    return c.json(updates.view().backup);
  });
  app.get("/api/v1/updates/prepare", (c) => c.json({ operation: updates.view().prepare }));
  app.post("/api/v1/updates/prepare/start", async (c) => {
    const body = await readJson(c, Empty, { deps, state });
    return "answer" in body ? body.answer : await prepared(c, await updates.prepare({ by: apiCaller(c) }));
  });
  app.post("/api/v1/updates/prepare/acknowledge", async (c) => {
    const body = await readJson(c, Acknowledge, { deps, state });
    if ("answer" in body) return body.answer;
    return await prepared(c, await updates.preparing.accept(body.value.checkIds, { by: apiCaller(c) }));
  });
  for (const action of ["recheck", "retry", "cancel"] as const) {
    app.post(`/api/v1/updates/prepare/${action}`, async (c) => {
      const body = await readJson(c, Empty, { deps, state });
      if ("answer" in body) return body.answer;
      return await prepared(c, await updates.preparing[action]({ by: apiCaller(c) }));
    });
  }
  for (const action of ["recheck", "retry", "cancel"] as const) {
    app.post(`/api/v1/updates/${action}`, async (c) => {
      const body = await readJson(c, Empty, { deps, state });
      return "answer" in body ? body.answer : await reply(c, await updates[action]({ by: apiCaller(c) }));
    });
  }
  app.post("/api/v1/updates/resume", async (c) => {
    const body = await readJson(c, Empty, { deps, state });
    if ("answer" in body) return body.answer;
    const result = await updates.resume({ by: apiCaller(c) });
    if (!result.ok) return await answerProblem(c, deps, state, resumeProblem(result));
    return c.json({ ...updates.view().operation.state, released: result.released }, 202);
  });
  app.post("/api/v1/updates/retry-part", async (c) => {
    const body = await readJson(c, Part, { deps, state });
    if ("answer" in body) return body.answer;
    const result = await deps.retryPart(body.value.part, { by: apiCaller(c) });
    return result.ok
      ? c.json({ did: result.did }, 202)
      : await answerProblem(c, deps, state, retryPartProblem(result));
  });
  return app;
}
