import { Hono } from "hono";
import { statusHead, statusParts, statusTone } from "../views/status_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { livePage } from "./live.ts";
import { sharedParts } from "./live_parts.ts";

/** The status page. */
export function statusRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const parts = sharedParts(
    deps.clock,
    () => deps.status.current(),
    () => statusParts(deps.status.current()),
  );
  app.get("/", async (c) => {
    if (deps.setup.view().state.status === "idle" && !deps.status.current().tiers.platform.ready) {
      return c.redirect("/setup", 303);
    }
    return livePage(c, {
      frame: await frameOf(c, deps, state, "status"),
      page: {
        title: deps.status.current().rollup.message,
        body: [statusHead(c.get("session")?.csrfToken ?? "")],
      },
      parts,
      tone: () => statusTone(deps.status.current()),
      subscribe: (listener) => deps.status.subscribe(listener),
      path: "/",
      clock: deps.clock,
    }, state);
  });
  return app;
}
