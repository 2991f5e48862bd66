import type { BundleView } from "../../agent/bundle/bundle_service.ts";
import type { BundleManifest } from "../../agent/bundle/manifest.ts";
import {
  bundleFilePage,
  bundleFilesPage,
  bundleStatusPage,
  notInBundlePage,
  timelinePage,
} from "../../views/bundle_pages.ts";
import { renderPage } from "../../views/layout.ts";
import { supportHead, supportParts } from "../../views/support_page.ts";
import { NOW_MS, sampleBlocker, sampleFrame, sampleStatus } from "./samples.ts";

const NOW = new Date(NOW_MS).toISOString();

/** The page Support and the pages of a bundle, `t` in place of every text from outside. */
export function supportPages(t: string): Record<string, string> {
  const page = (body: Parameters<typeof renderPage>[1]) => renderPage(sampleFrame(t), body);
  const history = [
    {
      name: t,
      at: NOW,
      by: t,
      sizeBytes: 3_456_789,
      strict: true,
      encrypted: true,
      incomplete: 2,
      isKept: true,
    },
    {
      name: t,
      at: NOW,
      by: t,
      sizeBytes: 800,
      strict: false,
      encrypted: false,
      incomplete: 0,
      isKept: false,
    },
  ];
  const statuses = ["waiting", "running", "complete", "partial", "failed", "not-started"] as const;
  const progress: BundleView["progress"] = {
    startedAt: NOW,
    by: t,
    bytes: 1_234_567,
    rows: statuses.map((status) => ({
      id: status,
      title: "Disks and mounts",
      status,
      startedAt: NOW,
      ms: 1_200,
    })),
  };
  const support = (view: BundleView, canEncrypt: boolean) =>
    page({
      title: "Support",
      narrow: true,
      body: [supportHead("token", canEncrypt), supportParts(view, NOW_MS + 12_000)],
    });
  const manifest: BundleManifest = {
    schema: "alga.appliance.bundle/v1",
    id: t,
    createdAt: NOW,
    finishedAt: NOW,
    by: t,
    agent: { version: t, commit: t },
    strict: false,
    knownValues: { count: 1, leftOut: 0, problems: [t] },
    collectors: [{
      id: "one",
      title: t,
      status: "partial",
      ms: 3,
      missing: [{ what: t, why: t }],
      absent: [t],
    }],
    files: [{
      path: t,
      collector: "one",
      sizeBytes: 5,
      sha256: "",
      truncated: t,
      redactions: { "P.jwt": 1 },
    }],
    skipped: [{ path: t, collector: "one", why: t }],
    redactions: {},
  };
  return {
    "support, nothing yet": support({ progress: undefined, history: [], canEncrypt: false }, false),
    "support, collecting": support({ progress, history, canEncrypt: true }, true),
    "bundle, status": page(
      bundleStatusPage(
        manifest,
        sampleStatus("failed_action_required", { topBlockers: [sampleBlocker({}, t)] }, t),
      ),
    ),
    "bundle, not in it": page(notInBundlePage(t, t)),
    "bundle, timeline": page(
      timelinePage([{ at: NOW, source: t, title: t, text: t, isBad: true }, {
        at: "",
        source: t,
        title: t,
        text: "",
        isBad: false,
      }], NOW),
    ),
    "bundle, no timeline": page(timelinePage([], NOW)),
    "bundle, files": page(bundleFilesPage(manifest)),
    "bundle, file": page(bundleFilePage(t, t)),
    "bundle, no file": page(bundleFilePage(t, undefined)),
  };
}
