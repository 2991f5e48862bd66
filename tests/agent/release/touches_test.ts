import assert from "node:assert/strict";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { ReleaseManifest, touchedReleases } from "../../../agent/release/mod.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";

const OLD = sampleReleaseManifest();

const CASES: [string, Partial<ReleaseManifest>, readonly string[]][] = [
  ["another version alone", { version: "9.9.9", notes: "new" }, []],
  ["the application's image", { images: { ...OLD.images, algaCore: "other" } }, ["alga-core"]],
  ["an image in the background", { images: { ...OLD.images, emailService: "other" } }, ["email-service"]],
  ["the application's chart", { charts: { ...OLD.charts, sebastian: "9.0.0" } }, ["alga-core"]],
  ["charts of two", { charts: { ...OLD.charts, temporal: "9.0.0", pgbouncer: "9.0.0" } }, [
    "pgbouncer",
    "temporal",
  ]],
  [
    "values",
    { profileValues: { ...OLD.profileValues, "workflow-worker.single-node.yaml": "replicaCount: 2\n" } },
    ["workflow-worker"],
  ],
  ["everything", { profileValues: {} }, HELM_RELEASES],
];
for (const [what, change, wanted] of CASES) {
  Deno.test(`touchedReleases() of ${what}: ${wanted.join(", ") || "none"}`, () => {
    assert.deepEqual(touchedReleases(OLD, { ...OLD, ...change }), wanted);
  });
}

Deno.test("a release says how long its update took elsewhere, and nothing else counts", () => {
  const read = (tookMinutes: unknown) => ReleaseManifest.parse({ ...OLD, tookMinutes }).tookMinutes;
  const good = { usual: 12, longest: 35 };
  assert.deepEqual(read(good), good);
  for (const wrong of [12, "soon", {}, { usual: -1, longest: 2 }, { usual: 1, longest: 1e9 }]) {
    assert.equal(read(wrong), undefined);
  }
});
