import assert from "node:assert/strict";
import { makeFacts } from "../../../agent/facts/facts.ts";
import type { NodeView } from "../../../agent/facts/snapshot.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { readsByPath } from "../status/count_reads.ts";
import {
  ago,
  bootstrapJob,
  flux,
  healthyCluster,
  NOW_MS,
  podOf,
  ready,
  snapshotOf,
  workingMore,
} from "../status/objects.ts";

/** An appliance with something for every derived fact: a first-time setup that runs, an application, a release. */
function busySnapshot() {
  const cluster = healthyCluster();
  const app = podOf("alga-core", {
    state: { running: { startedAt: ago(600) } },
    ready: true,
    imageID: "x",
  }, { phase: "Running", conditions: [] });
  const tail = ["Running migrations", "ERROR: one", "Waiting for tenant creation workflow"];
  return snapshotOf({ ...cluster, jobs: [bootstrapJob({ active: 1 })], pods: [app] }, {
    ...workingMore(),
    bootstrapLog: { pod: "p", tail },
    remembered: { bootstrap: undefined, loginReadyOnce: false, stateDamage: undefined },
  });
}

for (
  const [what, path, most] of [
    ["the address", "appValues.appUrl", 1],
    ["whether the sign-in page answers (and twice to be shown)", "probes.local.location", 3],
    ["the state of the first-time setup", "jobs.0.succeeded", 1],
    // Lines are searched for five things: errors, the step, what it waits for, the count and what came after it.
    ["what its log tells (and once to be shown)", "bootstrapLog.tail.0", 7],
  ] as const
) {
  Deno.test(`evaluate() computes ${what} once`, () => {
    const reads = readsByPath(busySnapshot(), (it) => evaluate(it, NOW_MS));
    const count = reads.get(path) ?? 0;
    assert.ok(count >= 1, "it is not looked at any more: this test proves nothing");
    assert.ok(count <= most, `${path} is read ${count} times`);
  });
}

Deno.test("makeFacts() takes the application's address whatever the case of its scheme", () => {
  const snapshot = snapshotOf({ ...healthyCluster(), configs: [] });
  const urlOf = (appUrl: string) =>
    makeFacts({ ...snapshot, setup: { ...snapshot.setup, appUrl }, appValues: undefined }, NOW_MS).app.url;
  assert.equal(urlOf("HTTPS://psa.example.com"), "HTTPS://psa.example.com");
  assert.equal(urlOf("psa.example.com"), "https://psa.example.com");
});

Deno.test("makeFacts() takes the address of the machine that the agent runs on, whichever machine is listed first", () => {
  const machine = (name: string, machineId: string, internalIp: string): NodeView => ({
    ...snapshotOf(healthyCluster()).nodes[0] as NodeView,
    name,
    machineId,
    internalIp,
  });
  const nodes = [machine("a-01", "m1", "192.0.2.1"), machine("b-02", "m2", "192.0.2.2")];
  const urlOf = (host: { name: string; machineId: string }, listed = nodes) =>
    makeFacts({
      ...snapshotOf({ ...healthyCluster(), configs: [] }),
      nodes: listed,
      host: { ...host, addresses: [], primaryAddress: undefined, journal: [] },
    }, NOW_MS).app.url;
  assert.equal(urlOf({ name: "elsewhere", machineId: "m2" }), "http://192.0.2.2:3000");
  assert.equal(urlOf({ name: "b-02", machineId: "" }), "http://192.0.2.2:3000");
  assert.equal(urlOf({ name: "", machineId: "" }), "http://192.0.2.1:3000", "none is known as this one");
  assert.equal(urlOf({ name: "", machineId: "" }, nodes.toReversed()), "http://192.0.2.1:3000");
});

Deno.test("makeFacts() tells of a Flux object whether it is ready and what failed last, once", () => {
  const cluster = {
    ...healthyCluster(),
    flux: [flux("HelmRelease", "temporal", [ready()], { generation: 2, observedGeneration: 1 })],
  };
  const facts = makeFacts(snapshotOf(cluster), NOW_MS);
  assert.equal(facts.flux("HelmRelease", "temporal")?.isReady, false, "of an older generation");
  assert.equal(facts.flux("HelmRelease", "temporal"), facts.fluxObjects[0]);
  assert.equal(makeFacts(snapshotOf(healthyCluster()), NOW_MS).releaseSource?.isReady, true);
});

Deno.test("makeFacts() takes of several pods of the application one that is ready, else one that runs, else the newest", () => {
  const state = (kind: string) => ({ state: { [kind]: { startedAt: ago(10) } }, imageID: "x" });
  const podsOf = (...given: [name: string, status: Record<string, unknown>, createdSecAgo: number][]) =>
    given.map(([name, status, createdSecAgo]) => {
      const pod = podOf("alga-core", status, { phase: "Running", conditions: [] });
      return { ...pod, metadata: { ...pod.metadata, name, creationTimestamp: ago(createdSecAgo) } };
    });
  const chosen = (pods: ReturnType<typeof podsOf>) =>
    makeFacts(snapshotOf({ ...healthyCluster(), pods }), NOW_MS).app.pod?.name;
  const old = ["old", { ...state("running"), ready: true }, 900] as const;
  const young = ["young", { ...state("running"), ready: false }, 5] as const;
  const unborn = [
    "unborn",
    { state: { waiting: { reason: "ContainerCreating" } }, ready: false },
    2,
  ] as const;
  assert.equal(chosen(podsOf([...unborn], [...young], [...old])), "old");
  assert.equal(chosen(podsOf([...unborn], [...young])), "young");
  assert.equal(chosen(podsOf(["older", unborn[1], 30], [...unborn])), "unborn");
});
