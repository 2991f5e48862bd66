import assert from "node:assert/strict";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { Random } from "../../fakes/random.ts";
import { CONTEXTS } from "../explain/contexts.ts";
import { FIELD_CASES } from "../explain/field_cases.ts";
import { RELATIVES } from "../explain/relatives/mod.ts";
import { ROWS } from "../explain/rules/rows.ts";
import { moved, RECORDINGS, snapshotAt, withKeptLogs } from "../explain/recorded_snapshots.ts";
import {
  crashed,
  event,
  healthyCluster,
  node,
  NOW_MS,
  podOf,
  pvc,
  snapshotOf,
  waiting,
  workingMore,
} from "./objects.ts";

/** The same, with every list of the cluster in another order: what an API server lists first means nothing. */
function shuffled(snapshot: Snapshot, random: Random): Snapshot {
  const lists = [
    "nodes",
    "workloads",
    "jobs",
    "pods",
    "pvcs",
    "storageClasses",
    "secrets",
    "events",
    "flux",
    "logs",
  ] as const;
  const mixed = lists.map((it) => [
    it,
    random.shuffle<object>(snapshot[it]).map((one) =>
      "conditions" in one ? { ...one, conditions: random.shuffle<unknown>(one.conditions as unknown[]) } : one
    ),
  ]);
  return { ...snapshot, ...Object.fromEntries(mixed) };
}

function assertNoOrder(snapshot: Snapshot, nowMs: number): void {
  const wanted = JSON.stringify(evaluate(snapshot, nowMs));
  for (let seed = 1; seed <= 4; seed++) {
    assert.deepEqual(
      JSON.parse(JSON.stringify(evaluate(shuffled(snapshot, new Random(seed)), nowMs))),
      JSON.parse(wanted),
      `seed ${seed}`,
    );
  }
}

for (const { name, phases, laterSec } of RECORDINGS) {
  Deno.test(`recorded on a real node: ${name} gives the same document in whatever order it is listed`, () => {
    for (const phase of withKeptLogs(phases)) {
      assertNoOrder(snapshotAt(moved(phase)), NOW_MS + laterSec * 1000);
    }
  });
}

Deno.test("every case of the field and every row gives the same document in whatever order it is listed", () => {
  for (
    const snapshot of [
      ...[...FIELD_CASES, ...RELATIVES].map((it) => it.snapshot),
      ...ROWS.map((it) => it.red),
    ]
  ) {
    assertNoOrder(snapshot, NOW_MS);
  }
});

for (const context of CONTEXTS) {
  Deno.test(`what was recorded gives the same document in any order, ${context.name}`, () => {
    for (const { phases, laterSec } of RECORDINGS) {
      const last = withKeptLogs(phases).at(-1);
      if (last) assertNoOrder(context.of(snapshotAt(moved(last))), NOW_MS + laterSec * 1_000);
    }
  });
}

Deno.test("events of the same second, several machines, pods and claims give one document in any order", () => {
  const pods = [
    podOf("db", waiting("ErrImagePull", "dial tcp 10.0.0.1:443: i/o timeout")),
    podOf("alga-core", crashed("waiting")),
    podOf("redis", waiting("ContainerCreating")),
    podOf("email-service", waiting("CreateContainerConfigError", 'secret "a" not found')),
  ];
  const events = pods.flatMap((it) => [
    event(it, "FailedMount", 'MountVolume.SetUp failed: secret "x" not found'),
    event(it, "FailedMount", 'MountVolume.SetUp failed: secret "y" not found'),
    event(it, "Failed", 'Failed to pull image "a": not found'),
    event(it, "Failed", 'Failed to pull image "b": denied'),
    event(it, "Pulling", 'Pulling image "a"', { type: "Normal" }),
    event(it, "Unhealthy", "Readiness probe failed: one"),
    event(it, "Unhealthy", "Readiness probe failed: two"),
  ]);
  const second = node();
  second.metadata.name = "appliance-02";
  second.status.addresses = [{ type: "InternalIP", address: "192.0.2.8" }];
  second.status.nodeInfo = { kubeletVersion: "v1.35.0+k3s1" };
  const cluster = { ...healthyCluster(), pods, events, nodes: [node(), second], configs: [] };
  cluster.pvcs.push(pvc("one", "Pending"), pvc("two", "Pending"));
  const snapshot = snapshotOf(cluster, workingMore());
  assertNoOrder({ ...snapshot, api: { ...snapshot.api, version: undefined } }, NOW_MS);
});
