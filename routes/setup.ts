import { Hono } from "hono";
import { errorText } from "../agent/error.ts";
import { withoutPassword } from "../agent/settings/merge_settings.ts";
import type {
  Draft,
  FieldError,
  SetupDefaults,
  SetupInputs,
  SetupReply,
  SetupState,
} from "../agent/setup/mod.ts";
import { FORM_TYPE, mediaTypeOf } from "../agent/text/http_message.ts";
import { toAnswers } from "../agent/setup/inputs/defaults.ts";
import { renderPage } from "../views/layout.ts";
import { setupFormPage } from "../views/setup_form_page.ts";
import { type Obstacle, progressParts, progressTone, retryForm } from "../views/progress_section.ts";
import { recordPage } from "../views/record_page.ts";
import { checkReportPage } from "../views/check_report_page.ts";
import { checksPage } from "../views/checks_page.ts";
import { answersPage } from "../views/setup_pages.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { livePage } from "./live.ts";
import { type Parts, sharedParts } from "./live_parts.ts";
import { answerProblem, refusalProblem } from "./problem.ts";
import { readSetupForm, type SetupDraft } from "./setup_draft.ts";
import type { Context } from "hono";

const MAX_DRAFTS = 100;
type SetupStatus = ReturnType<AppDeps["setup"]["view"]>["state"]["status"];
/** What the form shows, with what is kept beside it. */
type ShownDraft = Omit<SetupDraft, "inputs"> & { restored?: Pick<Draft, "proxyHadPassword"> };

/** Setup in the browser: form → answers → checks → progress. */
export function setupRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const parts: Partial<Record<SetupStatus, Parts>> = {};
  const csrf = (c: Context<Env>) => c.get("session")?.csrfToken ?? "";
  const draftKey = (c: Context<Env>) => c.get("session")?.idHash ?? "";
  const by = (c: Context<Env>) => `browser ${c.env.remoteAddr}`;

  /** The progress as a page shows it that was opened in this state. */
  function partsOf(shown: SetupStatus): Parts {
    return parts[shown] ??= sharedParts(
      deps.clock,
      () => deps.setup.view(),
      (nowMs) =>
        progressParts(deps.setup.view(), nowMs, {
          shown,
          obstacle: obstacle(),
          cause: headline(),
          loginUrl: deps.status.current().urls.loginUrl,
        }),
    );
  }

  function obstacle(): Obstacle {
    const { rollup } = deps.status.current();
    return rollup.state === "failed_action_required" ? rollup : undefined;
  }

  /** The cause that the status page names first. */
  function headline() {
    const { rollup, topBlockers } = deps.status.current();
    return topBlockers.find((it) => it.id === rollup.topBlockerId);
  }

  async function form(
    c: Context<Env>,
    { shown, adminPassword, proxyUrl, restored }: ShownDraft,
    errors: FieldError[] = [],
  ): Promise<Response> {
    const defaults = await deps.setup.defaults();
    const values: Record<string, string> = {
      ...formValues(defaults),
      ...shown,
      systemDns: defaults.dnsServers?.value ?? "",
    };
    const page = setupFormPage({
      csrfToken: csrf(c),
      values,
      origins: originsOf(defaults, values),
      errors,
      isAgain: Object.keys(shown).length > 0,
      hasPassword: adminPassword !== "",
      hasProxyPassword: proxyUrl !== withoutPassword(proxyUrl) &&
        values.proxyUrl === withoutPassword(proxyUrl),
      restored,
    });
    return c.html(renderPage(await frameOf(c, deps, state, "setup"), page), errors.length > 0 ? 422 : 200);
  }

  /** What the form begins with: what was typed in this session, what a restart left of it, or what was sent off before. */
  async function beginning(c: Context<Env>): Promise<ShownDraft> {
    const own = state.drafts.get(draftKey(c));
    if (own) return own;
    const secrets = deps.setup.secrets();
    const draft = await deps.setup.draft();
    if (draft) return { ...secrets, shown: formOf(draft.answers), restored: draft };
    const given = deps.setup.given();
    const proxyUrl = withoutPassword(secrets.proxyUrl);
    return { ...secrets, shown: given ? formOf({ ...given, proxyUrl }) : {} };
  }

  async function keep(c: Context<Env>, draft: SetupDraft): Promise<void> {
    const key = draftKey(c);
    if (!state.drafts.has(key) && state.drafts.size >= MAX_DRAFTS) {
      state.drafts.delete(state.drafts.keys().next().value ?? "");
    }
    state.drafts.set(key, draft);
    if (!draft.inputs) return;
    await deps.setup.keepDraft(draft.inputs).catch((error) =>
      deps.say("warning", `Answers of the setup form cannot be kept on the disk: ${errorText(error)}`)
    );
  }

  async function reply(c: Context<Env>, result: SetupReply): Promise<Response> {
    if (result.ok) return c.redirect("/setup", 303);
    return await answerProblem(c, deps, state, refusalProblem(result));
  }

  app.get("/setup", async (c) => {
    const record = await deps.setup.record();
    if (record) {
      return c.html(renderPage(await frameOf(c, deps, state, "setup"), recordPage(record, csrf(c))));
    }
    const view = deps.setup.view();
    const mayEdit = view.state.status === "idle" || c.req.query("edit") !== undefined;
    if (mayEdit && view.state.status !== "running" && view.state.status !== "done") {
      return await form(c, await beginning(c));
    }
    if ((view.state.status === "blocked" || view.state.status === "checked") && view.preflight) {
      return c.html(renderPage(await frameOf(c, deps, state, "setup"), checksPage(view, csrf(c))));
    }
    const shown = view.state.status;
    return livePage(c, {
      frame: await frameOf(c, deps, state, "setup"),
      page: { title: TITLES[shown], body: shown === "done" ? null : retryForm(csrf(c)) },
      parts: partsOf(shown),
      tone: () => progressTone(deps.setup.view(), obstacle()),
      isPast: () => hasSettledElsewhere(deps.setup.view().state, shown),
      subscribe: (listener) => deps.setup.subscribe(listener),
      path: "/setup",
      isOver: shown === "done",
      clock: deps.clock,
    }, state);
  });

  app.get("/setup/checks", async (c) => {
    const page = checkReportPage(deps.setup.view());
    return c.html(renderPage(await frameOf(c, deps, state, "setup"), page));
  });

  app.post("/setup", async (c) => {
    if (mediaTypeOf(c.req.header("content-type")) !== FORM_TYPE) {
      return await answerProblem(c, deps, state, {
        status: 415,
        title: "Not a form",
        detail: "Send the form of this page.",
      });
    }
    const sent = new URLSearchParams(await c.req.text());
    const kept = state.drafts.get(draftKey(c)) ?? deps.setup.secrets();
    const { draft, errors } = readSetupForm(sent, kept);
    await keep(c, draft);
    if (!draft.inputs) return await form(c, draft, errors);
    return c.redirect("/setup/answers", 303);
  });

  app.get("/setup/answers", async (c) => {
    const draft = state.drafts.get(draftKey(c))?.inputs;
    if (!draft) return c.redirect("/setup", 303);
    const answers = toAnswers(draft, await deps.setup.defaults());
    return c.html(renderPage(await frameOf(c, deps, state, "setup"), answersPage(answers, csrf(c))));
  });

  app.post("/setup/start", async (c) => {
    const draft = state.drafts.get(draftKey(c))?.inputs;
    if (!draft) return c.redirect("/setup", 303);
    const checksOnly = new URLSearchParams(await c.req.text()).get("mode") === "checks";
    const result = await deps.setup.submit(draft, { by: by(c), checksOnly });
    if (result.ok) state.drafts.delete(draftKey(c));
    return await reply(c, result);
  });

  app.post("/setup/record", async (c) => {
    const decision = new URLSearchParams(await c.req.text()).get("decision") === "open" ? "open" : "keep";
    const result = await deps.setup.decideRecord(decision, { by: by(c) });
    // What is kept may have lost its settings with the record.
    if (result.ok && (await deps.settings.look()).isLost) return c.redirect("/settings", 303);
    return await reply(c, result);
  });
  app.post("/setup/recheck", async (c) => await reply(c, await deps.setup.recheck({ by: by(c) })));
  app.post("/setup/install", async (c) => await reply(c, await deps.setup.install({ by: by(c) })));
  app.post("/setup/retry", async (c) => await reply(c, await deps.setup.retry({ by: by(c) })));
  app.post("/setup/acknowledge", async (c) => {
    const checkIds = new URLSearchParams(await c.req.text()).getAll("checkId");
    const result = await deps.setup.acknowledge(checkIds, { by: by(c) });
    const view = deps.setup.view();
    if (result.ok || result.reason !== "needs-acknowledgement" || !view.preflight) {
      return await reply(c, result);
    }
    const page = checksPage(view, csrf(c), { missing: result.checkIds, ticked: checkIds });
    return c.html(renderPage(await frameOf(c, deps, state, "setup"), page), 422);
  });
  return app;
}

/** Whether setup has come to a rest in another state than the page was opened in; between attempts it has not. */
function hasSettledElsewhere(state: SetupState, shown: SetupStatus): boolean {
  if (state.status === shown || state.status === "running") return false;
  return state.status !== "failed" || state.nextAttemptAt === undefined;
}

const TITLES: Record<SetupStatus, string> = {
  idle: "Set up this appliance",
  checked: "Checks",
  running: "Installing",
  blocked: "Checks",
  failed: "Installation stopped",
  done: "Ready to log in",
};

function formValues(defaults: SetupDefaults): Record<string, string> {
  const values = Object.fromEntries(Object.entries(defaults).map(([field, it]) => [field, it.value]));
  return { ...values, dnsServers: "" };
}

function formOf(inputs: Partial<SetupInputs>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map((
      [field, value],
    ) => [field, Array.isArray(value) ? value.join(", ") : String(value ?? "")]),
  );
}

function originsOf(defaults: SetupDefaults, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(defaults).filter(([field, it]) => field !== "dnsServers" && values[field] === it.value)
      .map(([field, it]) => [field, it.origin]),
  );
}
