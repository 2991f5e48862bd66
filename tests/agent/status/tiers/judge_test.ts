import assert from "node:assert/strict";
import { evaluate } from "../../../../agent/status/evaluate.ts";
import { emptySnapshot } from "../../../../agent/facts/snapshot.ts";
import { type StatusDocument } from "../../../../agent/status/document.ts";
import { TIER_IDS, type TierId } from "../../../../agent/product/tiers.ts";
import { NO_MEMORY, remember } from "../../../../agent/status/memory.ts";
import {
  bootstrapJob,
  broken,
  deployment,
  healthyCluster,
  NOW_MS,
  podOf,
  snapshotOf,
  statefulSet,
  waiting,
  workingMore,
} from "../objects.ts";

const HEALTHY = snapshotOf(healthyCluster(), workingMore());
const words = ({ tiers }: StatusDocument, id: TierId) => `${tiers[id].status}: ${tiers[id].message}`;

/** All runs, and the sign-in page was never asked. */
const NOT_ASKED = {
  ...workingMore(),
  probes: { local: undefined, public: undefined, registry: workingMore().probes?.registry },
};
const nothingOfCore = {
  ...healthyCluster(),
  statefulSets: [statefulSet("db", 0), statefulSet("redis", 0)],
  deployments: healthyCluster().deployments.map((it) =>
    it.metadata.name === "pgbouncer" ? deployment("msp", "pgbouncer", { ready: 0 }) : it
  ),
};

Deno.test("a tier is unknown before its turn, and only its words say what it waits for", () => {
  const status = evaluate(emptySnapshot(), NOW_MS);
  assert.deepEqual(TIER_IDS.map((it) => words(status, it)), [
    "unknown: not installed yet",
    "unknown: waits for the platform",
    "unknown: waits for the platform",
    "unknown: waits for the platform",
    "unknown: waits for the platform",
    "unknown: waits for log in",
  ]);
});

Deno.test("a tier whose turn has come is on its way before any part of it is there", () => {
  const status = evaluate(snapshotOf(nothingOfCore, workingMore()), NOW_MS);
  assert.equal(words(status, "core"), "degraded: starting");
  assert.equal(words(status, "login"), "degraded: waits for the database");
});

Deno.test("a tier of which nothing is left behind a broken platform is unknown", () => {
  const status = evaluate(snapshotOf({ ...nothingOfCore, nodes: [] }, workingMore()), NOW_MS);
  assert.equal(words(status, "core"), "unknown: waits for the platform");
});

Deno.test("log in starts while its image is downloaded, although nobody was there to be asked", () => {
  const cluster = broken("alga-core", { pods: [podOf("alga-core", waiting("ContainerCreating"))] });
  const status = evaluate(snapshotOf(cluster, NOT_ASKED), NOW_MS);
  assert.equal(words(status, "login"), "degraded: starting");
  assert.equal(words(status, "fullHealth"), "unknown: waits for log in");
});

Deno.test("log in cannot be seen while its program runs and was not asked", () => {
  const status = evaluate(snapshotOf(healthyCluster(), NOT_ASKED), NOW_MS);
  assert.equal(words(status, "login"), "unknown: cannot be seen");
});

Deno.test("log in waits for the first-time setup that failed, also where its program runs", () => {
  const failed = bootstrapJob({
    failed: 1,
    conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "" }],
  });
  const remembered = { bootstrap: undefined, loginReadyOnce: false, stateDamage: undefined };
  const cluster = { ...healthyCluster(), jobs: [failed] };
  const status = evaluate(snapshotOf(cluster, { ...workingMore(), remembered }), NOW_MS);
  assert.equal(words(status, "bootstrap"), "unhealthy: needs attention");
  assert.equal(words(status, "login"), "degraded: waits for first-time setup");
});

Deno.test("what was ready and is gone is news, although its tier is unknown now", () => {
  const memory = remember(NO_MEMORY, evaluate(HEALTHY, NOW_MS));
  const status = evaluate(snapshotOf({ ...nothingOfCore, nodes: [] }, workingMore()), NOW_MS, memory);
  assert.equal(status.tiers.core.status, "unknown");
  assert.ok(status.recent.some((it) => it.text === "The database is no longer ready"));
});

Deno.test("waiting until people can log in is not told twice", () => {
  const setup = { ...HEALTHY.setup, status: "running" as const, message: "Downloading it" };
  const names = (stepId: "login" | "k3s") =>
    evaluate(snapshotOf(healthyCluster(), { ...workingMore(), setup: { ...setup, stepId } }), NOW_MS)
      .activeOperations.map((it) => it.operation);
  assert.deepEqual(names("login"), []);
  assert.deepEqual(names("k3s"), ["setup"]);
});
