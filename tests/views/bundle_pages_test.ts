import assert from "node:assert/strict";
import type { BundleManifest } from "../../agent/bundle/manifest.ts";
import { bundleStatusPage } from "../../views/bundle_pages.ts";
import { renderPage } from "../../views/layout.ts";
import { statusParts } from "../../views/status_page.ts";
import { sampleBlocker, sampleFrame, sampleStatus } from "./samples.ts";

Deno.test("a status page that is kept in a bundle has no button for what only the appliance can do", () => {
  const blocker = sampleBlocker({ id: "flux.stalled", remedy: "reset-release", release: "temporal" });
  const status = sampleStatus("ready_with_background_issues", { topBlockers: [blocker] });
  const frame = sampleFrame("a word");
  const here = renderPage(frame, { title: "here", body: statusParts(status) });
  assert.match(here, /<button form="retry-part" name="part" value="temporal">/);
  const kept = renderPage(frame, bundleStatusPage({ id: "b", by: "root" } as BundleManifest, status));
  assert.doesNotMatch(kept, /form="retry-part"/);
});
