import assert from "node:assert/strict";
import { explain } from "../../../agent/explain/explain.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { flux, healthyCluster, NOW_MS, ready, snapshotOf, workingMore } from "../status/objects.ts";
import { ROWS } from "./rules/rows.ts";

const blockersOf = (snapshot: Snapshot, status: "done" | "running" = "done") => {
  const setup = { ...snapshot.setup, status } as Snapshot["setup"];
  return explain(makeFacts({ ...snapshot, setup }, NOW_MS), { loginReady: false }).blockers;
};
const OF_RELEASES: readonly unknown[] = ["reset-release", "resume-release"];

Deno.test("a remedy for a release names it, whichever rule found the cause; other remedies name none", () => {
  const named = new Map<string, Set<string>>();
  for (const { red, name } of ROWS) {
    for (const { id, remedy, release, evidence } of blockersOf(red)) {
      const object = evidence.find((it) => it.label === "Object")?.text ?? "";
      const [, of] = /^HelmRelease alga-system\/(\S+)$/.exec(object) ?? [];
      if (!OF_RELEASES.includes(remedy)) assert.equal(release, undefined, name);
      else if (of !== undefined) assert.equal(release, HELM_RELEASES.find((it) => it === of), name);
      if (release !== undefined) named.set(id, (named.get(id) ?? new Set()).add(release));
    }
  }
  for (
    const [id, release] of [
      ["flux.stalled", "email-service"],
      ["flux.suspended", "pgbouncer"],
      ["flux.helm-pending", "alga-core"],
      ["flux.values", "temporal"],
      ["app.bootstrap-failed", "alga-core"],
    ]
  ) {
    const found = [...named.get(id ?? "") ?? []];
    assert.ok(found.length > 0, id);
    if (id === "flux.suspended" || id === "flux.values" || id === "app.bootstrap-failed") {
      assert.deepEqual(found, [release], id);
    }
  }
});

Deno.test("a paused part that is no release has no button of its own", () => {
  const cluster = healthyCluster();
  const paused = snapshotOf({
    ...cluster,
    flux: cluster.flux.map((it) =>
      it.kind === "Kustomization" && it.metadata.name === "alga-core"
        ? flux("Kustomization", "alga-core", [ready()], { suspend: true })
        : it
    ),
  }, workingMore());
  const [blocker] = blockersOf(paused).filter((it) => it.id === "flux.suspended");
  assert.deepEqual([blocker?.remedy, blocker?.release], ["resume-release", undefined]);
});

Deno.test("while setup is not over it is setup that tries again", () => {
  const row = ROWS.find((it) => it.id === "flux.suspended");
  assert.ok(row);
  assert.equal(blockersOf(row.red, "running").find((it) => it.id === row.id)?.release, undefined);
});
