import { Hono } from "hono";
import type { Context } from "hono";
import { toFieldErrors } from "../agent/setup/mod.ts";
import { changeText } from "../agent/update/rules.ts";
import { type ChannelForm, channelPage } from "../views/channel_page.ts";
import { renderPage } from "../views/layout.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { changeChannel, ChannelChange, RulesRequest } from "./change_channel.ts";
import { frameOf } from "./frame.ts";
import { answerProblem } from "./problem.ts";

const PAGE = "/updates/channel";
const HOUR_MS = 3_600_000;

/** What a form of the page asks for, as a request of the API would say it. */
const CHANGES: Readonly<Record<string, (form: URLSearchParams, nowMs: number) => Record<string, unknown>>> = {
  pin: (form) => ({ pin: form.get("pin") ?? "" }),
  unpin: () => ({ pin: null }),
  override: (form, nowMs) => ({
    override: {
      ...(form.get("reference") && { reference: form.get("reference") }),
      ...(form.get("repository") && { repository: form.get("repository") }),
      endsAt: endOf(form.get("hours"), nowMs),
    },
    supportAsked: form.get("supportAsked") === "yes",
  }),
  "end-override": () => ({ override: null }),
  window: (form) => ({
    window: form.getAll("day").length === 0 ? null : {
      days: form.getAll("day"),
      from: form.get("from") ?? "",
      hours: Number(form.get("length")),
    },
    automatic: form.get("automatic") === "yes" ? { delayDays: numberOf(form.get("delayDays")) } : null,
  }),
};

/** The form asks for hours; too many or none are refused as the end that they make. */
function endOf(hours: string | null, nowMs: number): string {
  const length = numberOf(hours);
  return length > 0 && length < 10_000 ? new Date(nowMs + length * HOUR_MS).toISOString() : "";
}

/** What is not a number is refused as one. */
function numberOf(text: string | null): number {
  return text === null || text.trim() === "" ? NaN : Number(text);
}

/** Channel, pin, testing override, maintenance window and automatic updates in the browser. */
export function channelRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { updates, settings } = deps;
  const by = (c: Context<Env>) => `browser ${c.env.remoteAddr}`;

  async function page(c: Context<Env>, form: Pick<ChannelForm, "errors" | "values">) {
    const content = channelPage({
      csrfToken: c.get("session")?.csrfToken ?? "",
      view: updates.view(),
      channel: (await settings.current())?.channel ?? "",
      ...form,
    });
    const frame = await frameOf(c, deps, state, "updates");
    return c.html(renderPage(frame, content), form.errors.length === 0 ? 200 : 422);
  }

  app.get(PAGE, (c) => page(c, { errors: [], values: {} }));

  app.post(PAGE, async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const parsed = ChannelChange.safeParse({
      channel: form.get("channel"),
      supportAsked: form.get("supportAsked") === "yes",
    });
    if (!parsed.success) return await page(c, { errors: toFieldErrors(parsed.error), values: {} });
    c.set("audited", `channel ${parsed.data.channel}`);
    const problem = await changeChannel(deps, parsed.data.channel, by(c));
    // The change of a setting is followed where it is made.
    return problem ? await answerProblem(c, deps, state, problem) : c.redirect("/settings", 303);
  });

  for (const [action, changeOf] of Object.entries(CHANGES)) {
    app.post(`${PAGE}/${action}`, async (c) => {
      const form = new URLSearchParams(await c.req.text());
      const values = { ...Object.fromEntries(form), days: form.getAll("day").join(" ") };
      const parsed = RulesRequest.safeParse(changeOf(form, deps.clock.nowMs()));
      if (!parsed.success) return await page(c, { errors: toFieldErrors(parsed.error), values });
      const { supportAsked: _, ...change } = parsed.data;
      c.set("audited", changeText(change));
      const errors = await updates.changeRules(change, { by: by(c) });
      return errors.length > 0 ? await page(c, { errors, values }) : c.redirect(PAGE, 303);
    });
  }
  return app;
}
