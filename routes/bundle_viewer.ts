import { type Context, Hono } from "hono";
import { isIP } from "node:net";
import { bundleText, type ReadBundle } from "../agent/bundle/read_bundle.ts";
import { readEvidence, replay } from "../agent/bundle/replay.ts";
import { supportText } from "../agent/status/mod.ts";
import {
  bundleEventsPage,
  bundleFilePage,
  bundleFilesPage,
  bundleStatusPage,
  bundleWorkloadsPage,
} from "../views/bundle_pages.ts";
import { type Frame, type Page, renderPage } from "../views/layout.ts";
import { readStylesheet } from "../views/stylesheet.ts";
import type { Env } from "./app_deps.ts";
import { SECURITY_HEADERS } from "./guards.ts";
import { findingsOf, helpPages } from "./help.ts";

/** A bundle as pages: the status as it was, and every file of it. Nothing but the bundle is read. @throws {AgentError} USAGE */
export function createBundleViewer(bundle: ReadBundle): { fetch(request: Request): Promise<Response> } {
  const { manifest } = bundle;
  const status = replay(bundle);
  const evidence = readEvidence(bundle);
  const stylesheet = readStylesheet();
  const frame: Frame = {
    hostName: manifest.id,
    address: manifest.createdAt,
    agentVersion: manifest.agent.version,
    kubernetesVersion: status.kubernetesVersion,
    stylePath: stylesheet.path,
    // Only a sign-in page tells of them, and there is none.
    connection: { isEncrypted: false, encryptedUrl: "" },
    certificate: null,
  };
  const app = new Hono<Env>();
  const page = (content: Page, code: 200 | 404 = 200) =>
    new Response(renderPage(frame, content), {
      status: code,
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  app.get(
    stylesheet.path,
    (c) => c.body(stylesheet.text, 200, { "content-type": "text/css; charset=utf-8" }),
  );
  app.get("/", () => page(bundleStatusPage(manifest, status)));
  app.get("/workloads", () => page(bundleWorkloadsPage(evidence.snapshot)));
  app.get("/events", () => page(bundleEventsPage(evidence.snapshot)));
  app.get("/files", () => page(bundleFilesPage(manifest)));
  app.get("/files/:path{.+}", (c) => {
    const path = c.req.param("path");
    const text = bundleText(bundle, path);
    return page(bundleFilePage(path, text), text === undefined ? 404 : 200);
  });
  app.get("/api/status", (c) => c.json(status));
  const foundHere = (c: Context<Env>, id: string) =>
    findingsOf(c, status, id).map((blocker) => ({
      blocker,
      text: supportText(blocker, { status, build: { ...manifest.agent, builtAt: "" }, accepted: [] }),
    }));
  app.route("/", helpPages({ render: (_, content) => renderPage(frame, content), foundHere }));
  app.get("/findings/:file{[a-z0-9.-]+\\.txt}", (c) => {
    const here = foundHere(c, c.req.param("file").slice(0, -".txt".length));
    return here.length === 0 ? c.notFound() : c.text(here.map((it) => it.text).join("\n"));
  });
  return {
    async fetch(request) {
      const { hostname } = new URL(request.url);
      // A page elsewhere must not reach this by a name of its own that leads here.
      const isOurs = hostname === "localhost" || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
      const response = isOurs
        ? await app.fetch(request)
        : new Response("Open it by 127.0.0.1\n", { status: 421 });
      for (const [name, value] of SECURITY_HEADERS) response.headers.set(name, value);
      return response;
    },
  };
}
