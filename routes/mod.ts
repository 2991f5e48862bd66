import { Hono } from "hono";
import { errorText } from "../agent/error.ts";
import { redactLine } from "../agent/text/redact/redact_line.ts";
import { readStylesheet, type Stylesheet } from "../views/stylesheet.ts";
import { accessApiRoutes, rootAccessRoutes } from "./access_api.ts";
import { apiRoutes } from "./api.ts";
import { ARRIVED_PATH, createArrivals } from "./arrivals.ts";
import { auditRoutes } from "./audit.ts";
import { auditChanges } from "./audit_changes.ts";
import type { ConsoleFeed } from "../agent/console/feed.ts";
import type { AppDeps, AppState, Bindings, Env } from "./app_deps.ts";
import { consoleApiRoutes } from "./console_api.ts";
import {
  findSession,
  forgetSession,
  limitBody,
  requireKnownHost,
  requireOwnForm,
  requireOwnOrigin,
  requireSession,
  SECURITY_HEADERS,
} from "./guards.ts";
import { hstsOf, leadToEncrypted } from "./encryption.ts";
import { findingApiRoutes, findingRoutes, helpRoutes } from "./help.ts";
import { exchangeToken } from "./exchange_token.ts";
import { logApiRoutes } from "./logs_api.ts";
import { logRoutes } from "./logs.ts";
import { loginRoutes } from "./login.ts";
import { metricsRoutes } from "./metrics.ts";
import { networkRoutes } from "./network.ts";
import { networkApiRoutes } from "./network_api.ts";
import { networkKeepRoutes } from "./network_keep.ts";
import { passwordRoutes } from "./password.ts";
import { answerProblem, newRequestId } from "./problem.ts";
import { requirePassword } from "./require_password.ts";
import { sessionsRoutes } from "./sessions.ts";
import { settingsRoutes } from "./settings.ts";
import { settingsApiRoutes } from "./settings_api.ts";
import { setupRoutes } from "./setup.ts";
import { statusRoutes } from "./status.ts";
import { supportApiRoutes, supportRoutes } from "./support.ts";
import { channelApiRoutes } from "./channel_api.ts";
import { channelRoutes } from "./channel.ts";
import { agentUpdateApiRoutes, agentUpdateRoutes } from "./agent_update.ts";
import { updateRoutes } from "./updates.ts";
import { updatesApiRoutes } from "./updates_api.ts";
import { workloadApiRoutes, workloadRoutes } from "./workloads.ts";

export type { AppDeps, Identity } from "./app_deps.ts";

/** An address whose host needs no closer look. */
const PLAIN_ADDRESS = /^https?:\/\/[a-z0-9.-]+(?::[1-5]?\d{1,4})?\//;

/** Something that answers every request, whatever it is. */
export interface App {
  fetch(request: Request, bindings?: Bindings): Promise<Response>;
  /** Has every page that follows say that the agent restarts, and end. */
  stop(): void;
}

/** The face on the network: pages and API behind the token. */
export function createApp(deps: AppDeps): App {
  const state = newState(readStylesheet());
  const app = new Hono<Env>();
  openRoutes(app, deps, state);
  app.use(requireKnownHost(deps, state));
  if (deps.encryption?.redirects) app.use(leadToEncrypted(deps, state));
  app.on(["POST", "PUT"], "*", requireOwnOrigin(deps, state));
  for (const path of ["/login", "/network/keep"]) app.post(path, limitBody(deps, state));
  app.use(findSession(deps));

  app.use(exchangeToken(deps));

  app.route("/", loginRoutes(deps, state));
  app.route("/", helpRoutes(deps, state));
  app.route("/", networkKeepRoutes(deps, state));
  app.use(requireSession(deps, state));
  // Whoever has no session sends its body to nobody.
  app.on(["POST", "PUT"], "*", limitBody(deps, state), requireOwnForm(deps, state), auditChanges(deps));
  app.use(requirePassword(deps, state));
  app.post("/logout", async (c) => {
    const session = c.get("session");
    if (session) {
      state.drafts.delete(session.idHash);
      state.settingsDrafts.delete(session.idHash);
      await deps.access.endSession(session);
    }
    forgetSession(c);
    return c.redirect("/login", 303);
  });
  app.route("/", passwordRoutes(deps, state));
  app.route("/", sessionsRoutes(deps, state));
  app.route("/", auditRoutes(deps, state));
  app.route("/", statusRoutes(deps, state));
  app.route("/", findingRoutes(deps, state));
  app.route("/", setupRoutes(deps, state));
  app.route("/", settingsRoutes(deps, state));
  app.route("/", networkRoutes(deps, state));
  app.route("/", updateRoutes(deps, state));
  app.route("/", channelRoutes(deps, state));
  app.route("/", agentUpdateRoutes(deps, state));
  app.route("/", apiRoutes(deps, state));
  app.route("/", settingsApiRoutes(deps, state));
  app.route("/", networkApiRoutes(deps, state));
  app.route("/", supportRoutes(deps, state));
  app.route("/", supportApiRoutes(deps, state));
  app.route("/", updatesApiRoutes(deps, state));
  app.route("/", channelApiRoutes(deps, state));
  app.route("/", agentUpdateApiRoutes(deps, state));
  app.route("/", workloadRoutes(deps, state));
  app.route("/", workloadApiRoutes(deps, state));
  app.route("/", logRoutes(deps, state));
  app.route("/", logApiRoutes(deps, state));
  app.route("/", accessApiRoutes(deps, state));
  // What an ended session has open ends now, not with the next look.
  deps.access.onEnded(() => lookAgain(state));
  app.route("/", findingApiRoutes(deps));
  app.route("/", metricsRoutes(deps));
  return answering(app, deps, state);
}

/** The face on the root-only socket: the API alone; who can connect is root already. */
export function createSocketApp(deps: AppDeps, feed: ConsoleFeed): App {
  const state = newState({ text: "", path: "" });
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    c.set("isStillAllowed", () => true);
    await next();
  });
  app.on(["POST", "PUT"], "*", limitBody(deps, state), auditChanges(deps));
  app.route("/", rootAccessRoutes(deps, state));
  app.route("/", accessApiRoutes(deps, state));
  app.route("/", consoleApiRoutes(deps, state, feed));
  app.route("/", apiRoutes(deps, state));
  app.route("/", settingsApiRoutes(deps, state));
  app.route("/", networkApiRoutes(deps, state));
  app.route("/", supportApiRoutes(deps, state));
  app.route("/", updatesApiRoutes(deps, state));
  app.route("/", channelApiRoutes(deps, state));
  app.route("/", agentUpdateApiRoutes(deps, state));
  app.route("/", workloadApiRoutes(deps, state));
  app.route("/", logApiRoutes(deps, state));
  app.route("/", findingApiRoutes(deps));
  app.route("/", metricsRoutes(deps));
  return answering(app, deps, state);
}

function lookAgain(state: AppState): void {
  for (const it of [...state.liveStreams]) it();
}

function newState(stylesheet: Stylesheet): AppState {
  return {
    stylesheet,
    drafts: new Map(),
    settingsDrafts: new Map(),
    liveStreams: new Set(),
    arrivals: createArrivals(),
    logFollowers: 0,
    isStopping: false,
    address: undefined,
  };
}

function openRoutes(app: Hono<Env>, deps: AppDeps, state: AppState): void {
  const health = (status: string) => JSON.stringify({ status, version: deps.identity.agentVersion });
  const [ok, notReady] = [health("ok"), health("not-ready")];
  const json = { "content-type": "application/json", "cache-control": "no-store" };
  app.get("/healthz", (c) => c.body(ok, 200, json));
  app.get("/readyz", (c) => deps.isReady() ? c.body(ok, 200, json) : c.body(notReady, 503, json));
  // Whatever the id is, the answer is the same: it tells nobody anything.
  app.get(`${ARRIVED_PATH}/:file`, (c) => {
    state.arrivals.arrived(c.req.param("file").replace(/\.css$/, ""));
    return c.body("", 200, { "content-type": "text/css; charset=utf-8", "cache-control": "no-store" });
  });
  app.get(
    state.stylesheet.path,
    (c) =>
      c.body(state.stylesheet.text, 200, {
        "content-type": "text/css; charset=utf-8",
        "cache-control": "public, max-age=31536000, immutable",
      }),
  );
}

/** Errors become answers here; the security headers are on all of them. */
function answering(app: Hono<Env>, deps: AppDeps, state: AppState): App {
  app.notFound((c) =>
    answerProblem(c, deps, state, {
      status: 404,
      title: "There is no such page",
      detail: "Check the address, or start from the status page.",
    })
  );
  app.onError((error, c) => {
    const requestId = newRequestId();
    // The path alone: a query may carry the token.
    deps.say("error", `Answer ${requestId}, ${c.req.method} ${c.req.path}: ${redactLine(errorText(error))}`);
    return answerProblem(c, deps, state, {
      status: 500,
      title: "Something went wrong here",
      detail:
        "The agent goes on. Try again; if it stays, look for the number below in the agent's log (journalctl -u alga-appliance).",
    }, requestId);
  });
  const hsts = hstsOf(deps.encryption);
  return {
    async fetch(request, bindings = { remoteAddr: "socket" }) {
      let response: Response;
      try {
        const isPut = request.method === "PUT" && /^https?:\/\/[^/]+\/api\//.test(request.url);
        if (!["GET", "HEAD", "POST"].includes(request.method) && !isPut) {
          response = new Response("Method not allowed\n", {
            status: 405,
            headers: { allow: "GET, HEAD, POST" },
          });
        } else {
          // A Host header that is not a host makes an address that is none.
          if (!PLAIN_ADDRESS.test(request.url)) new URL(request.url);
          response = await app.fetch(request, bindings);
        }
      } catch {
        response = new Response("Bad request\n", {
          status: 400,
          headers: { "content-type": "text/plain; charset=utf-8" },
        });
      }
      for (const [name, value] of SECURITY_HEADERS) response.headers.set(name, value);
      if (hsts !== undefined && bindings.isEncrypted) response.headers.set("strict-transport-security", hsts);
      if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
      return response;
    },
    stop() {
      state.isStopping = true;
      lookAgain(state);
    },
  };
}
