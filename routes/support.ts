import { Hono } from "hono";
import type { Context } from "hono";
import * as z from "zod";
import type { BundleDownload } from "../agent/bundle/bundle_service.ts";
import { isRecipient } from "../agent/bundle/encrypt.ts";
import { FORM_TYPE, mediaTypeOf } from "../agent/text/http_message.ts";
import { supportHead, supportParts, supportTone } from "../views/support_page.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { frameOf } from "./frame.ts";
import { livePage } from "./live.ts";
import { sharedParts } from "./live_parts.ts";
import { answerProblem, type Problem } from "./problem.ts";
import { apiCaller, readJson } from "./read_json.ts";
import { withEnd } from "./with_end.ts";

const PAGE = "/support";

const Wanted = z.strictObject({
  strict: z.boolean().default(false),
  recipients: z.array(z.string().refine(isRecipient, "is not a public key of age (age1…)")).max(20).default(
    [],
  ),
});

const OTHER_RUNS: Problem = {
  status: 409,
  title: "Another bundle is being made",
  detail: "It is of another kind (strict, or encrypted). Wait until it has ended, then try again.",
  reason: "busy",
};

/** The page that makes support bundles and shows what it does meanwhile. */
export function supportRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { bundles } = deps;
  const parts = sharedParts(deps.clock, bundles.view, (nowMs) => supportParts(bundles.view(), nowMs));

  app.get(PAGE, async (c) => {
    await bundles.recipients();
    return livePage(c, {
      frame: await frameOf(c, deps, state, "support"),
      page: {
        title: "Support",
        narrow: true,
        body: supportHead(c.get("session")?.csrfToken ?? "", bundles.view().canEncrypt),
      },
      parts,
      tone: () => supportTone(bundles.view()),
      subscribe: bundles.subscribe,
      path: PAGE,
      clock: deps.clock,
    }, state);
  });

  app.post(`${PAGE}/bundle`, async (c) => {
    if (mediaTypeOf(c.req.header("content-type")) !== FORM_TYPE) {
      return await answerProblem(c, deps, state, {
        status: 415,
        title: "Not a form",
        detail: "Send the form of this page.",
      });
    }
    const sent = new URLSearchParams(await c.req.text());
    const recipients = sent.has("encrypt") ? await bundles.recipients() : [];
    const download = bundles.start({
      by: `browser ${c.env.remoteAddr}`,
      strict: sent.has("strict"),
      recipients,
    });
    return download ? answer(c, download) : await answerProblem(c, deps, state, OTHER_RUNS);
  });

  app.get(`${PAGE}/bundles/:name`, (c) => answerKept(c, deps, state));
  return app;
}

/** The same for programs and the command line. */
export function supportApiRoutes(deps: AppDeps, state: AppState): Hono<Env> {
  const app = new Hono<Env>();
  const { bundles } = deps;
  app.get("/api/v1/support/bundles", (c) => c.json(bundles.view()));
  app.get("/api/v1/support/bundles/:name", (c) => answerKept(c, deps, state));
  app.post("/api/v1/support/bundle", async (c) => {
    const body = await readJson(c, Wanted, { deps, state });
    if ("answer" in body) return body.answer;
    const download = bundles.start({ by: apiCaller(c), ...body.value });
    return download ? answer(c, download) : await answerProblem(c, deps, state, OTHER_RUNS);
  });
  return app;
}

async function answerKept(c: Context<Env>, deps: AppDeps, state: AppState): Promise<Response> {
  const name = c.req.param("name") ?? "";
  const kept = await deps.bundles.open(name);
  if (kept === undefined) {
    return await answerProblem(c, deps, state, {
      status: 404,
      title: "This bundle is not kept",
      detail: "Only the newest ones are. Make a new one on the page Support.",
    });
  }
  return answer(c, { name, bytes: kept.bytes }, kept.sizeBytes);
}

/** A file for the disk of whoever asked. Collecting pauses the flow of bytes, so the connection is kept open meanwhile. */
function answer(c: Context<Env>, { name, bytes }: BundleDownload, sizeBytes?: number): Response {
  return c.body(withEnd(bytes, c.env.keepOpen?.()), 200, {
    "content-type": name.endsWith(".age") ? "application/octet-stream" : "application/gzip",
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
    // What is compressed already must not be compressed again, nor held back for that.
    "content-encoding": "identity",
    ...(sizeBytes === undefined ? {} : { "content-length": String(sizeBytes) }),
  });
}
