import assert from "node:assert/strict";
import { bundleText, type ReadBundle } from "../../../agent/bundle/read_bundle.ts";
import { readEvidence, replay } from "../../../agent/bundle/replay.ts";
import { ANY } from "../../../agent/logs/query.ts";
import { bundledLogs } from "../../../agent/logs/bundled_logs.ts";
import type { StatusDocument } from "../../../agent/status/mod.ts";
import { liveBundles } from "../../bundle/live_bundle.ts";
import { cli } from "../cli/terminal.ts";

/** Of each the part of the product that its first cause is about. */
const EXPECTED: Readonly<Record<string, string>> = {
  "flux.controller-down": "helm-controller",
  "img.not-found": "email-service",
  "k3s.api-down": "node",
};

/** Not the words: those may become better. */
const told = ({ topBlockers }: Pick<StatusDocument, "topBlockers">) =>
  topBlockers.map((it) => `${it.id} ${it.component} ${it.since}`);
const tiersOf = ({ tiers }: StatusDocument) =>
  Object.entries(tiers).map(([id, it]) => `${id} ${JSON.stringify(it)}`);

/** What the appliance itself told at the time. */
function live(bundle: ReadBundle): StatusDocument {
  return JSON.parse(bundleText(bundle, "status.json") ?? "");
}

for (const { cause, path, bundle } of await liveBundles()) {
  Deno.test(`a bundle of a real node with ${cause} is told as the appliance told it`, async () => {
    const replayed = replay(bundle);
    const { topBlockers: [first] } = replayed;
    assert.deepEqual([first?.id, first?.component], [cause, EXPECTED[cause]]);
    assert.deepEqual(told(replayed), told(live(bundle)));
    assert.deepEqual(tiersOf(replayed), tiersOf(live(bundle)));
    const inspected = await cli(["bundle", "inspect", path, "-o", "json"]);
    assert.deepEqual(told(JSON.parse(inspected.out)), told(live(bundle)));
  });

  Deno.test(`a bundle of a real node with ${cause} has the logs of its pods under their owners`, async () => {
    const { at, snapshot } = readEvidence(bundle);
    const logs = bundledLogs({ files: bundle.files, pods: snapshot.pods, atMs: Date.parse(at) });
    const sources = (await logs.sources()).filter((it) => it.containers.length > 0);
    const kept = [...bundle.files.keys()].filter((it) => /^pods\/.*(?<!\.previous)\.log$/.test(it));
    assert.equal(sources.flatMap((it) => it.containers).length, kept.length);
    for (const { id, containers } of sources) {
      const page = await logs.page({ ...ANY, source: id }, {
        limit: 1_000,
        signal: new AbortController().signal,
      });
      // One that cannot start has said nothing.
      const hasSaid = containers.some((it) => (bundle.files.get(it.folder ?? "")?.length ?? 0) > 0);
      assert.equal((page?.entries.length ?? 0) > 0, hasSaid, id);
      assert.deepEqual(page?.problems, []);
    }
  });
}

Deno.test("bundles of a real node were recorded, each of its own cause", async () => {
  assert.deepEqual((await liveBundles()).map((it) => it.cause), Object.keys(EXPECTED).toSorted());
});
