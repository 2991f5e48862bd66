import assert from "node:assert/strict";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { NO_MEMORY, remember, type StatusMemory } from "../../../agent/status/memory.ts";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { isStartingAgain } from "../../../agent/facts/start_again.ts";
import {
  ago,
  broken,
  deployment,
  event,
  healthyCluster,
  node,
  NOW_MS,
  podOf,
  snapshotOf,
  statefulSet,
  waiting,
  workingMore,
} from "./objects.ts";

const OLD = ago(40 * 86_400);
const HEALTHY = snapshotOf(healthyCluster(), workingMore());
const SILENT = { ...HEALTHY.probes.local, statusCode: undefined, error: "connection refused" };

/** The same appliance on day 40. */
function old(snapshot: Snapshot, more: Partial<Snapshot> = {}): Snapshot {
  return {
    ...snapshot,
    workloads: snapshot.workloads.map((it) => ({ ...it, createdAt: OLD })),
    pods: snapshot.pods.map((it) => ({ ...it, createdAt: OLD })),
    probes: { ...snapshot.probes, local: SILENT as Snapshot["probes"]["local"] },
    ...more,
  };
}

function dbRestarted(secondsAgo: number) {
  return podOf("db", waiting("ContainerCreating"), {
    conditions: [{
      type: "Ready",
      status: "False",
      reason: "ContainersNotReady",
      lastTransitionTime: ago(secondsAgo),
    }],
  });
}

const LOST: readonly [name: string, snapshot: Snapshot][] = [
  ["a StatefulSet that restarts", snapshotOf(broken("db", { pods: [dbRestarted(2)] }), workingMore())],
  ["a StatefulSet without its pod", snapshotOf(broken("db", { pods: [] }), workingMore())],
  ["a StatefulSet of the cache", snapshotOf(broken("redis", { pods: [] }), workingMore())],
  [
    "a Deployment with one of two ready",
    snapshotOf({
      ...healthyCluster(),
      deployments: [
        ...healthyCluster().deployments.filter((it) => it.metadata.name !== "pgbouncer"),
        deployment("msp", "pgbouncer", { ready: 1, replicas: 2 }),
      ],
    }, workingMore()),
  ],
];
for (const [name, snapshot] of LOST) {
  Deno.test(`on day 40 nothing is told of ${name} two seconds later, and nothing is red`, () => {
    const { topBlockers, rollup } = evaluate(old(snapshot), NOW_MS);
    assert.deepEqual(topBlockers.map((it) => `${it.id}: ${it.reason}`), []);
    assert.notEqual(rollup.state, "failed_action_required");
  });

  Deno.test(`on day 40 ${name} is told after its patience, with the time of this loss`, () => {
    let memory: StatusMemory = NO_MEMORY;
    const minutes = [0, 5, 10, 16, 20];
    const told = minutes.map((minute) => {
      const nowMs = NOW_MS + minute * 60_000;
      const fresh = {
        ...old(snapshot),
        api: { ...snapshot.api, lastContactAt: new Date(nowMs).toISOString() },
      };
      const document = evaluate(fresh, nowMs, memory);
      memory = remember(memory, document);
      return document.topBlockers.find((it) => it.id.endsWith(".degraded"))?.reason;
    });
    assert.deepEqual(told.slice(0, 3), [undefined, undefined, undefined]);
    assert.match(told[3] ?? "", /not been ready for 16 min/);
    assert.match(told[4] ?? "", /not been ready for 20 min/);
  });
}

Deno.test("what a restart forgets, the memory of the agent knows: since when a part without pods has been lost", () => {
  const snapshot = old(snapshotOf(broken("db", { pods: [] }), workingMore()));
  const memory = { ...NO_MEMORY, lost: { db: ago(1_200) } };
  const { topBlockers } = evaluate(snapshot, NOW_MS, memory);
  assert.match(topBlockers[0]?.reason ?? "", /not been ready for 20 min/);
});

Deno.test("a StatefulSet that has never been ready counts from its beginning", () => {
  const never = { bootstrap: undefined, loginReadyOnce: false, stateDamage: undefined };
  const db = statefulSet("db", 0);
  db.metadata.creationTimestamp = ago(1_500);
  const cluster = { ...healthyCluster(), statefulSets: [db, statefulSet("redis")] };
  const { topBlockers } = evaluate(snapshotOf(cluster, { ...workingMore(), remembered: never }), NOW_MS);
  assert.match(topBlockers[0]?.reason ?? "", /not been ready for 25 min/);
});

/** A machine that was switched on some seconds ago: Kubernetes answers, its parts are not there yet. */
function rebooted(secondsAgo: number): Snapshot {
  const cluster = healthyCluster();
  return old(
    snapshotOf({
      ...cluster,
      statefulSets: ["db", "redis"].map((it) => statefulSet(it, 0)),
      deployments: cluster.deployments.map((it) =>
        deployment(it.metadata.namespace ?? "", it.metadata.name, { ready: 0, createdSecAgo: secondsAgo })
      ),
      events: [event(node(), "Starting", "Starting kubelet.", { type: "Normal", secondsAgo })],
    }, workingMore()),
  );
}

Deno.test("the first three minutes after a start are no news, what is still missing then is", () => {
  let memory = remember(NO_MEMORY, evaluate(HEALTHY, NOW_MS - 600_000));
  const texts = (secondsAgo: number) => {
    const snapshot = rebooted(secondsAgo);
    const document = evaluate(snapshot, NOW_MS, memory);
    memory = remember(memory, document, { isStartingAgain: isStartingAgain(snapshot, NOW_MS) });
    return document.recent.filter((it) => it.tone === "bad" || it.tone === "warn").map((it) => it.text);
  };
  assert.deepEqual([texts(20), texts(100), texts(170)], [[], [], []]);
  const late = texts(190);
  assert.ok(late.includes("Logging in no longer works"), late.join("; "));
});

Deno.test("a machine that has come back in time leaves no trace in what is told as recent", () => {
  let memory = remember(NO_MEMORY, evaluate(HEALTHY, NOW_MS - 600_000));
  const before = memory.recent;
  for (const snapshot of [rebooted(30), rebooted(90), HEALTHY]) {
    const document = evaluate(snapshot, NOW_MS, memory);
    memory = remember(memory, document, { isStartingAgain: isStartingAgain(snapshot, NOW_MS) });
  }
  assert.deepEqual(memory.recent, before);
});

Deno.test("the start of the machine itself is known too, and an old one is not a start", () => {
  const at = (bootedAt: string | undefined) =>
    isStartingAgain({ host: { ...HEALTHY.host, bootedAt }, events: [] }, NOW_MS);
  assert.deepEqual([at(ago(60)), at(ago(200)), at(undefined)], [true, false, false]);
});

Deno.test("nobody is told to restart Kubernetes while it is starting", () => {
  const lost = node([{
    type: "Ready",
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
    lastTransitionTime: ago(40),
  }]);
  const at = (events: ReturnType<typeof event>[]) =>
    evaluate(snapshotOf({ ...healthyCluster(), nodes: [lost], events }, workingMore()), NOW_MS)
      .topBlockers[0];
  assert.match(at([])?.nextAction ?? "", /^Restart the service/);
  const started = event(node(), "Starting", "Starting kubelet.", { type: "Normal", secondsAgo: 30 });
  assert.match(at([started])?.nextAction ?? "", /^Wait: after a start/);
});

const STARTED = { at: ago(20), text: "Starting Lightweight Kubernetes..." };
for (
  const [name, seconds, journal, isRed, says] of [
    ["40 seconds", 40, [], true, /^Wait a minute\. If it stays, restart the service/],
    ["40 seconds, and is starting", 40, [STARTED], false, /^Wait: after a start/],
    ["four minutes", 240, [], true, /^Restart the service/],
  ] as const
) {
  Deno.test(`Kubernetes that has been silent for ${name} is ${isRed ? "red" : "waited for"}`, () => {
    const silent: Snapshot = {
      ...HEALTHY,
      api: { ...HEALTHY.api, state: "not-answering", since: ago(seconds), lastContactAt: ago(seconds) },
      host: { ...HEALTHY.host, journal },
      probes: { ...HEALTHY.probes, local: SILENT as Snapshot["probes"]["local"] },
    };
    const { rollup, topBlockers: [first] } = evaluate(silent, NOW_MS);
    assert.equal(first?.id, "k3s.api-down");
    assert.equal(rollup.state === "failed_action_required", isRed);
    assert.match(first?.nextAction ?? "", says);
  });
}
