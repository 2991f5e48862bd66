import { type Context, Hono } from "hono";
import { isIP } from "node:net";
import { keptObjects } from "../agent/bundle/kept_objects.ts";
import { bundleText, type ReadBundle } from "../agent/bundle/read_bundle.ts";
import { readEvidence, replay } from "../agent/bundle/replay.ts";
import { readTimeline } from "../agent/bundle/timeline.ts";
import { bundledLogs } from "../agent/logs/bundled_logs.ts";
import { supportText } from "../agent/status/mod.ts";
import { replayWorkloads } from "../agent/workloads/mod.ts";
import {
  bundleFilePage,
  bundleFilesPage,
  bundleStatusPage,
  inBundle,
  notInBundlePage,
  timelinePage,
} from "../views/bundle_pages.ts";
import { type Frame, type Page, pageParts, renderPage } from "../views/layout.ts";
import { readStylesheet } from "../views/stylesheet.ts";
import type { Env } from "./app_deps.ts";
import { SECURITY_HEADERS } from "./guards.ts";
import { findingsOf, helpPages } from "./help.ts";
import { logPages } from "./logs.ts";
import { logApi } from "./logs_api.ts";
import type { Problem } from "./problem.ts";
import { workloadPages } from "./workloads.ts";

/**
 * A bundle as pages: status, workloads, events and logs as the appliance would show them, with the clock of the bundle, and every file
 * of it. Nothing but the bundle is read. @throws {AgentError} USAGE
 */
export function createBundleViewer(bundle: ReadBundle): { fetch(request: Request): Promise<Response> } {
  const { manifest } = bundle;
  const status = replay(bundle);
  const evidence = readEvidence(bundle);
  const stylesheet = readStylesheet();
  const frame: Frame = {
    hostName: `Support bundle of ${evidence.snapshot.host.name}`,
    address: "",
    agentVersion: manifest.agent.version,
    kubernetesVersion: status.kubernetesVersion,
    stylePath: stylesheet.path,
    // Only a sign-in page tells of them, and there is none.
    connection: { isEncrypted: false, encryptedUrl: "" },
    certificate: null,
  };
  const app = new Hono<Env>();
  const atMs = Date.parse(evidence.at);
  const logs = bundledLogs({ files: bundle.files, pods: evidence.snapshot.pods, atMs });
  const kept = (c: Context<Env>, page: Page) => inBundle(page, { at: evidence.at, path: c.req.path });
  const render = (c: Context<Env>, page: Page) => renderPage(frame, kept(c, page));
  const refuse = (c: Context<Env>, { status, title, detail }: Problem) =>
    c.html(render(c, notInBundlePage(title, detail)), status);
  app.get(
    stylesheet.path,
    (c) => c.body(stylesheet.text, 200, { "content-type": "text/css; charset=utf-8" }),
  );
  app.get("/", (c) => c.html(render(c, bundleStatusPage(manifest, status))));
  app.get("/timeline", (c) => c.html(render(c, timelinePage(readTimeline(bundle), evidence.at))));
  app.get("/files", (c) => c.html(render(c, bundleFilesPage(manifest))));
  app.get("/files/:path{.+}", (c) => {
    const path = c.req.param("path");
    const text = bundleText(bundle, path);
    return c.html(render(c, bundleFilePage(path, text)), text === undefined ? 404 : 200);
  });
  app.route(
    "/",
    workloadPages({
      workloads: replayWorkloads(evidence.snapshot, atMs, keptObjects(bundle)),
      nowMs: () => atMs,
      isKept: true,
      blockers: () => status.topBlockers,
      logs,
      render,
      refuse,
    }),
  );
  app.route(
    "/",
    logPages({
      logs,
      halves: (c) => Promise.resolve((page) => pageParts(frame, kept(c, page))),
      refuse,
    }),
  );
  app.route("/", logApi({ logs, refuse }));
  app.get("/api/status", (c) => c.json(status));
  const foundHere = (c: Context<Env>, id: string) =>
    findingsOf(c, status, id).map((blocker) => ({
      blocker,
      text: supportText(blocker, { status, build: { ...manifest.agent, builtAt: "" }, accepted: [] }),
    }));
  app.route("/", helpPages({ render, foundHere, isKept: true }));
  app.get("/findings/:file{[a-z0-9.-]+\\.txt}", (c) => {
    const here = foundHere(c, c.req.param("file").slice(0, -".txt".length));
    return here.length === 0 ? c.notFound() : c.text(here.map((it) => it.text).join("\n"));
  });
  app.notFound((c) =>
    c.html(
      render(
        c,
        notInBundlePage(
          "A bundle has no such page",
          "Setup, settings and updates are pages of a running appliance. What a bundle holds is above.",
        ),
      ),
      404,
    )
  );
  // A bundle may hold anything: what the status was judged from may still be no list of pods.
  app.onError((_, c) =>
    c.html(
      render(
        c,
        notInBundlePage(
          "This cannot be shown",
          "What the bundle holds of it is not as this program writes it: the bundle was changed, or is of another version. Its files are still here.",
        ),
      ),
      500,
    )
  );
  return {
    async fetch(request) {
      const { hostname } = new URL(request.url);
      // A page elsewhere must not reach this by a name of its own that leads here.
      const isOurs = hostname === "localhost" || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
      const response = isOurs
        ? await app.fetch(request, {})
        : new Response("Open it by 127.0.0.1\n", { status: 421 });
      for (const [name, value] of SECURITY_HEADERS) response.headers.set(name, value);
      return response;
    },
  };
}
