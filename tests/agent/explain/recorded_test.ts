import assert from "node:assert/strict";
import { evaluate } from "../../../agent/status/evaluate.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { isNoLog } from "../../../agent/observe/wanted_logs.ts";
import { BLOCKER_KIND, type BlockerId } from "../../../agent/explain/blocker_id.ts";
import { recordCases } from "../../cluster/node/record/record_cases.ts";
import { type Phase, type Recording, statesOf } from "../../cluster/node/record/recording.ts";
import { type Cluster, healthyCluster, NOW_MS, snapshotOf } from "../status/objects.ts";

const CASES = recordCases();
const FOLDER = new URL("./testdata/recorded/", import.meta.url);

const names = [...Deno.readDirSync(FOLDER)].map((it) => it.name).filter((it) => it.endsWith(".json")).sort();
for (const file of names) {
  const recording: Recording = JSON.parse(await Deno.readTextFile(new URL(file, FOLDER)));
  const { name, expected } = recording;
  const phases = withKeptLogs(recording.phases);
  Deno.test(`recorded on a real node: ${name} is told as ${expected}, from its first sign on and without flapping`, () => {
    const blockers = phases.map((phase) => firstBlocker(phase, recording.laterSec));
    const told = blockers.map((it) => it?.id);
    const from = told.indexOf(expected);
    assert.notEqual(from, -1, `never told; phases: ${told.join(", ")}`);
    assert.deepEqual(told.slice(from), told.slice(from).map(() => expected), "it flaps");
    const shown = blockers.slice(from).flatMap((it) => it ?? []);
    const components = new Set(shown.map((it) => it.component));
    assert.deepEqual(
      [...components],
      [recording.component ?? shown[0]?.component],
      "it blames one, then another",
    );
    assert.equal(new Set(shown.map((it) => stable(it.title))).size, 1, "its title changes");
    assert.deepEqual(reasonChanges(shown.map((it) => stable(it.reason))), [], "its reason changes");
    // Before the first sign nothing may be accused: what is only starting is not broken.
    for (const phase of phases.slice(0, from)) {
      const id = firstBlocker(phase, 0)?.id;
      const kind = id && BLOCKER_KIND[id as BlockerId];
      assert.notEqual(kind, "cause", `${id} at ${phase.at}; phases: ${told.join(", ")}`);
    }
  });
}

for (const { name, states = [] } of CASES) {
  Deno.test(`recorded on a real node: ${name} has more than one phase and every state that belongs to it`, async () => {
    const { phases }: Recording = JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, FOLDER)));
    assert.ok(phases.length >= 2, `${phases.length} phase`);
    const seen = statesOf(phases);
    assert.deepEqual(states.filter((it) => !seen.has(it)), [], `missing; seen: ${[...seen].join(", ")}`);
  });
}

Deno.test("every case that can be recorded is recorded, with what is expected of it now", async () => {
  const wanted = CASES.map((it) => [it.name, it.expected, it.component, it.laterSec ?? 0]);
  const found = await Promise.all(names.map(async (file): Promise<unknown[]> => {
    const it: Recording = JSON.parse(await Deno.readTextFile(new URL(file, FOLDER)));
    return [it.name, it.expected, it.component, it.laterSec];
  }));
  assert.deepEqual(found.sort(), wanted.sort());
});

function firstBlocker(phase: Phase, laterSec: number) {
  return evaluate(snapshotAt(moved(phase)), NOW_MS + laterSec * 1000).topBlockers[0];
}

/** What does not grow with time: numbers do. */
function stable(text: string): string {
  return text.replaceAll(/\d+/g, "N");
}

/**
 * A detail that comes with an event comes a moment after the state: a text may grow. Otherwise it stays.
 */
function reasonChanges(reasons: readonly string[]): string[] {
  return reasons.filter((it, index) => index > 0 && !it.startsWith(reasons[index - 1] ?? ""));
}

/** As the agent keeps them: what is no log does not take the place of one. */
function withKeptLogs(phases: readonly Phase[]): Phase[] {
  const kept = new Map<string, Phase["logs"][number]>();
  return phases.map((phase) => {
    for (const it of phase.logs) {
      if (!isNoLog(it.lines.join("\n"))) kept.set(`${it.pod}/${it.container}`, it);
    }
    return { ...phase, logs: [...kept.values()] };
  });
}

/** The same moment, seen at the time at which the other test objects are. */
function moved(phase: Phase): Phase {
  const byMs = NOW_MS - Date.parse(phase.at);
  const text = JSON.stringify(phase).replaceAll(
    /"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"/g,
    (_, time: string) => JSON.stringify(new Date(Date.parse(time) + byMs).toISOString()),
  );
  return JSON.parse(text);
}

/** An appliance that is well but for what was recorded. */
function snapshotAt(phase: Phase): Snapshot {
  const cluster: Cluster = healthyCluster();
  const recorded = new Set(phase.deployments.map((it) => it.metadata.name));
  cluster.deployments = [
    ...cluster.deployments.filter((it) => !recorded.has(it.metadata.name)),
    ...phase.deployments,
  ];
  const claims = new Set(phase.pvcs.map((it) => it.metadata.name));
  cluster.pvcs = [...cluster.pvcs.filter((it) => !claims.has(it.metadata.name)), ...phase.pvcs];
  cluster.storageClasses = [
    ...cluster.storageClasses.filter((it) => it.metadata.name === "local-path"),
    ...phase.storageClasses.filter((it) => it.metadata.name !== "local-path"),
  ];
  cluster.jobs = phase.jobs;
  cluster.pods = phase.pods;
  cluster.events = phase.events;
  const flux = phase.flux ?? [];
  const said = new Set(flux.map(nameOf));
  cluster.flux = [...cluster.flux.filter((it) => !said.has(nameOf(it))), ...flux];
  if (phase.nodes.length > 0) cluster.nodes = phase.nodes;
  const bootstrap = phase.logs.find((it) => it.container === "bootstrap");
  return snapshotOf(cluster, {
    logs: phase.logs.map((it) => {
      const { namespace = "" } = phase.pods.find(({ metadata }) => metadata.name === it.pod)?.metadata ?? {};
      return { namespace, ...it };
    }),
    bootstrapLog: bootstrap && { pod: bootstrap.pod, tail: bootstrap.lines },
  });
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}
