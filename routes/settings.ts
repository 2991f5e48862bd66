import { Hono } from "hono";
import type { Context } from "hono";
import { mediaTypeOf } from "../agent/text/http_message.ts";
import type { PreflightReport } from "../agent/preflight/check.ts";
import { SETTING_KEYS, SettingsChange } from "../agent/settings/settings.ts";
import type { SettingsReply } from "../agent/settings/settings_service.ts";
import { toFieldErrors } from "../agent/setup/mod.ts";
import { renderPage } from "../views/layout.ts";
import { originText, settingsHead, settingsParts, settingsTone } from "../views/settings_page.ts";
import { settingsFormPage } from "../views/settings_form_page.ts";
import { settingsFindingsPage, settingsReviewPage } from "../views/settings_review_page.ts";
import type { AppDeps, AppState, Env, SettingsDraft } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { livePage } from "./live.ts";
import { sharedParts } from "./live_parts.ts";
import { answerProblem } from "./problem.ts";
import { withoutTypedPassword } from "./typed_proxy.ts";
import { settingsProblem } from "./settings_problem.ts";

const MAX_DRAFTS = 100;
const PAGE = "/settings";

/** Settings in the browser: what is → form → what will change → progress. */
export function settingsRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { settings } = deps;
  const csrf = (c: Context<Env>) => c.get("session")?.csrfToken ?? "";
  const draftKey = (c: Context<Env>) => c.get("session")?.idHash ?? "";
  const by = (c: Context<Env>) => `browser ${c.env.remoteAddr}`;
  const parts = sharedParts(deps.clock, settings.view, (nowMs) => settingsParts(settings.view(), nowMs));

  /** Before setup is done there is nothing to change here. */
  app.use(`${PAGE}/*`, async function requireSetUp(c, next) {
    return (await settings.look()).isSetUp ? await next() : c.redirect("/setup", 303);
  });

  async function page(c: Context<Env>, content: Parameters<typeof renderPage>[1], status: 200 | 422 = 200) {
    return c.html(renderPage(await frameOf(c, deps, state, "settings"), content), status);
  }

  async function reply(c: Context<Env>, result: SettingsReply): Promise<Response> {
    return result.ok ? c.redirect(PAGE, 303) : await answerProblem(c, deps, state, settingsProblem(result));
  }

  function keep(c: Context<Env>, draft: SettingsDraft): void {
    if (state.settingsDrafts.size >= MAX_DRAFTS) {
      state.settingsDrafts.delete(state.settingsDrafts.keys().next().value ?? "");
    }
    state.settingsDrafts.set(draftKey(c), draft);
  }

  async function form(
    c: Context<Env>,
    given: Record<string, string>,
    errors: { field: string; message: string }[] = [],
  ): Promise<Response> {
    const view = settings.view();
    const values = { ...view.values, ...given, systemDns: view.systemDns };
    const content = settingsFormPage({
      csrfToken: csrf(c),
      values: { ...values, proxyUrl: withoutTypedPassword(values.proxyUrl) },
      origins: Object.fromEntries(
        view.rows.filter((it) => it.locked === undefined && it.field in given === false)
          .map((it) => [it.field, originText(it)]),
      ),
      errors,
      hasPassword: (state.settingsDrafts.get(draftKey(c))?.proxyUrl ?? "") !== "" ||
        view.rows.some((it) => it.hasPassword),
    });
    return await page(c, content, errors.length > 0 ? 422 : 200);
  }

  async function review(c: Context<Env>, report?: PreflightReport): Promise<Response> {
    const draft = state.settingsDrafts.get(draftKey(c))?.settings;
    if (!draft) return c.redirect(`${PAGE}/change`, 303);
    const plan = await settings.plan(draft);
    return await page(c, settingsReviewPage({ csrfToken: csrf(c), plan, ...(report ? { report } : {}) }));
  }

  app.get(PAGE, async (c) => {
    if (!(await settings.look()).isSetUp) return c.redirect("/setup", 303);
    return livePage(c, {
      frame: await frameOf(c, deps, state, "settings"),
      page: {
        title: "Settings",
        narrow: true,
        body: settingsHead(csrf(c), { hasDraft: draftOf(c) !== undefined }),
      },
      parts,
      tone: () => settingsTone(settings.view()),
      subscribe: settings.subscribe,
      path: PAGE,
      clock: deps.clock,
    }, state);
  });

  /** A change that this reader entered and nobody has applied. */
  const draftOf = (c: Context<Env>) => state.settingsDrafts.get(draftKey(c))?.settings;

  /** What the form begins with where it is not what counts now. */
  const begun = (c: Context<Env>) => state.settingsDrafts.get(draftKey(c))?.settings ?? settings.asked();

  app.get(`${PAGE}/change`, async (c) => {
    const draft = begun(c);
    return await form(c, draft ? { ...draft, dnsServers: draft.dnsServers.join(", ") } : {});
  });

  app.post(`${PAGE}/change`, async (c) => {
    if (mediaTypeOf(c.req.header("content-type")) !== "application/x-www-form-urlencoded") {
      return await answerProblem(c, deps, state, {
        status: 415,
        title: "Not a form",
        detail: "Send the form of this page.",
      });
    }
    const sent = new URLSearchParams(await c.req.text());
    const given = Object.fromEntries(SETTING_KEYS.map((it) => [it, sent.get(it) ?? ""]));
    const unknown = [...sent.keys()].filter((it) => !(it in given) && it !== "csrf");
    // Servers that the form showed may stay in it when others are chosen; what was typed is not dropped in silence.
    const shown = [settings.view().values.dnsServers, begun(c)?.dnsServers.join(", ")];
    const parsed = SettingsChange.safeParse({
      ...given,
      ...(given.dnsMode === "system" && shown.includes(given.dnsServers) ? { dnsServers: "" } : {}),
      ...Object.fromEntries(unknown.map((it) => [it, ""])),
    });
    const kept = state.settingsDrafts.get(draftKey(c))?.proxyUrl;
    const proxy = SettingsChange.shape.proxyUrl.safeParse(given.proxyUrl);
    const merged = parsed.success
      ? await settings.merge(parsed.data, kept)
      : { errors: toFieldErrors(parsed.error) };
    if ("errors" in merged) {
      const typed = await settings.merge(proxy.success ? { proxyUrl: proxy.data } : {}, kept);
      keep(c, { settings: undefined, proxyUrl: "settings" in typed ? typed.settings.proxyUrl : "" });
      return await form(c, given, merged.errors);
    }
    keep(c, { settings: merged.settings, proxyUrl: merged.settings.proxyUrl });
    return c.redirect(`${PAGE}/review`, 303);
  });

  app.get(`${PAGE}/review`, (c) => review(c));
  app.post(`${PAGE}/check`, async (c) => {
    const draft = state.settingsDrafts.get(draftKey(c))?.settings;
    return await review(c, draft && await settings.check(draft, { signal: c.req.raw.signal }));
  });
  app.post(`${PAGE}/apply`, async (c) => {
    const draft = state.settingsDrafts.get(draftKey(c))?.settings;
    if (!draft) return c.redirect(`${PAGE}/change`, 303);
    const result = await settings.apply(draft, { by: by(c) });
    if (result.ok) state.settingsDrafts.delete(draftKey(c));
    return await reply(c, result);
  });

  app.post(`${PAGE}/discard`, (c) => {
    state.settingsDrafts.delete(draftKey(c));
    return c.redirect(PAGE, 303);
  });

  app.get(`${PAGE}/findings`, async (c) => {
    const { operation } = settings.view();
    if (operation.state.status !== "blocked" || !operation.report) return c.redirect(PAGE, 303);
    return await page(c, settingsFindingsPage(operation.report as PreflightReport, csrf(c)));
  });
  app.post(`${PAGE}/accept`, async (c) => {
    const ticked = new URLSearchParams(await c.req.text()).getAll("checkId");
    const result = await settings.accept(ticked, { by: by(c) });
    const { report } = settings.view().operation;
    if (result.ok || result.reason !== "needs-acknowledgement" || !report) return await reply(c, result);
    const marked = { missing: result.checkIds, ticked };
    return await page(c, settingsFindingsPage(report as PreflightReport, csrf(c), marked), 422);
  });
  app.post(`${PAGE}/recheck`, async (c) => await reply(c, await settings.recheck({ by: by(c) })));
  app.post(`${PAGE}/retry`, async (c) => await reply(c, await settings.retry({ by: by(c) })));
  return app;
}
