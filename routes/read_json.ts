import type { Context } from "hono";
import * as z from "zod";
import { toFieldErrors } from "../agent/setup/mod.ts";
import { mediaTypeOf } from "../agent/text/http_message.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { answerProblem, fieldsProblem } from "./problem.ts";
import { socketCaller } from "./socket_caller.ts";

/** A body of a request that needs none. */
export const Empty = z.strictObject({});
/** Findings that are accepted, by the ids of their checks. */
export const Acknowledge = z.strictObject({
  checkIds: z.array(z.string().max(100)).min(1).max(100),
});

/** Who asks through the API, as it is kept and shown. */
export function apiCaller(c: Context<Env>): string {
  return socketCaller(c) ?? `API ${c.env.remoteAddr}`;
}

/** Parses a body or answers why it cannot. */
export async function readJson<T>(
  c: Context<Env>,
  schema: z.ZodType<T>,
  { deps, state }: { deps: AppDeps; state: AppState },
): Promise<{ value: T } | { answer: Response }> {
  if (mediaTypeOf(c.req.header("content-type")) !== "application/json") {
    return {
      answer: await answerProblem(c, deps, state, {
        status: 415,
        title: "Not JSON",
        detail: "Send the body with content-type application/json.",
      }),
    };
  }
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch {
    return {
      answer: await answerProblem(c, deps, state, {
        status: 400,
        title: "Not JSON",
        detail: "The body is not JSON.",
      }),
    };
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return { value: parsed.data };
  const problem = fieldsProblem("Some answers cannot be used", toFieldErrors(parsed.error));
  return { answer: await answerProblem(c, deps, state, problem) };
}
