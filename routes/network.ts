import type { Context } from "hono";
import { Hono } from "hono";
import { LINK_FIELD_KEYS, type LinkForm, meantBy } from "../agent/network/link_fields.ts";
import { fixedAddress, LinkSettings } from "../agent/network/link_settings.ts";
import type { NetworkReply } from "../agent/network/network_service.ts";
import { toFieldErrors } from "../agent/setup/mod.ts";
import { renderPage } from "../views/layout.ts";
import { networkPage, triedPage } from "../views/network_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { networkProblem } from "./network_problem.ts";
import { answerProblem } from "./problem.ts";

const PAGE = "/network";
/** While something goes on, the page is asked for again after this time, s. */
const AGAIN_SEC = 3;
/** The browser has the page, and the machine its new address, before it goes there by itself, s. */
const THERE_SEC = 8;

/** Links and addresses in the browser: what is → form → tried → kept, or back as it was. */
export function networkRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { network } = deps;
  const csrf = (c: Context<Env>) => c.get("session")?.csrfToken ?? "";
  const by = (c: Context<Env>) => `browser ${c.env.remoteAddr}`;

  async function page(
    c: Context<Env>,
    content: Parameters<typeof renderPage>[1],
    status: 200 | 202 | 422 = 200,
  ) {
    return c.html(renderPage(await frameOf(c, deps, state, "settings"), content), status);
  }

  /** Where the new settings can be kept: told before the machine leaves its old address. */
  async function begun(c: Context<Env>, result: NetworkReply): Promise<Response> {
    if (!result.ok) return await answerProblem(c, deps, state, networkProblem(result));
    const trial = await network.whenTried();
    if (trial === undefined) return c.redirect(PAGE, 303);
    const address = fixedAddress(trial.settings);
    const url = address === undefined ? undefined : keepUrl(c, address, trial.mark);
    if (url !== undefined) c.header("refresh", `${THERE_SEC}; url=${url}`);
    return await page(
      c,
      triedPage({ url, goesInSec: THERE_SEC, mark: trial.mark, endsAt: trial.endsAt }),
      202,
    );
  }

  app.get(PAGE, async (c) => {
    const view = await network.look();
    if (view.operation.state.status === "running") c.header("refresh", String(AGAIN_SEC));
    return await page(c, networkPage({ csrfToken: csrf(c), view, given: {}, errors: [] }));
  });
  app.post(`${PAGE}/change`, async (c) => {
    const sent = new URLSearchParams(await c.req.text());
    const given = Object.fromEntries(LINK_FIELD_KEYS.map((it) => [it, sent.get(it) ?? ""])) as LinkForm;
    const unknown = [...sent.keys()].filter((it) => !Object.hasOwn(given, it) && it !== "csrf");
    const meant = meantBy(given, (await network.look()).dnsServers);
    const parsed = LinkSettings.safeParse({ ...meant, ...Object.fromEntries(unknown.map((it) => [it, ""])) });
    if (parsed.success) return await begun(c, await network.change(parsed.data, { by: by(c) }));
    const errors = toFieldErrors(parsed.error);
    return await page(c, networkPage({ csrfToken: csrf(c), view: await network.look(), given, errors }), 422);
  });
  app.post(`${PAGE}/accept`, async (c) => {
    const ticked = new URLSearchParams(await c.req.text()).getAll("checkId");
    return await begun(c, await network.accept(ticked, { by: by(c) }));
  });
  app.post(`${PAGE}/take-back`, async (c) => {
    const result = network.takeBack();
    return result.ok ? c.redirect(PAGE, 303) : await answerProblem(c, deps, state, networkProblem(result));
  });
  return app;
}

/** By the same port as this page, in clear or not as it is. */
function keepUrl(c: Context<Env>, address: string, mark: string): string {
  const port = /:(\d+)$/.exec(c.req.header("host") ?? "")?.[0] ?? "";
  return `${c.env.isEncrypted ? "https" : "http"}://${address}${port}${PAGE}/keep?trial=${mark}`;
}
