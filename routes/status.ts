import { Hono } from "hono";
import { statusSection } from "../views/status_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { liveHeaders, livePageBody, sharedSection } from "./live.ts";

/** The status page. */
export function statusRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const section = sharedSection(
    deps.clock,
    () => deps.status.current(),
    (nowMs) => statusSection(deps.status.current(), nowMs),
  );
  app.get("/", async (c) => {
    if (deps.setup.view().state.status === "idle" && !deps.status.current().tiers.platform.ready) {
      return c.redirect("/setup", 303);
    }
    // The body of a HEAD is never read, so nothing would ever end its stream.
    const isLive = c.req.method !== "HEAD" && c.req.query("live") !== "off";
    const body = livePageBody({
      frame: await frameOf(c, deps, state, "status"),
      page: { title: deps.status.current().rollup.message, body: null },
      section,
      subscribe: (listener) => deps.status.subscribe(listener),
      path: "/",
      isLive,
      isStillAllowed: c.get("isStillAllowed"),
      clock: deps.clock,
    }, state);
    return c.body(body, 200, liveHeaders("/", typeof body !== "string"));
  });
  return app;
}
