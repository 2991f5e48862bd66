import { Hono } from "hono";
import type { AppDeps, Env } from "./app_deps.ts";
import { METRICS_PATH } from "./problem.ts";

/** The status document and the answer of the channel, in numbers for a monitoring system. */
export function metricsRoutes(deps: AppDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get(METRICS_PATH, async (c) => {
    // Most appliances are never asked: the library is loaded with the first question.
    const { registryOf } = await import("./metrics_text.ts");
    const registry = registryOf(deps.status.current(), deps.updates.view(), deps.identity.commit);
    return c.body(await registry.metrics(), 200, {
      "content-type": registry.contentType,
      "cache-control": "no-store",
    });
  });
  return app;
}
