import assert from "node:assert/strict";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { type BlockerId, CAUSES } from "../../../agent/causes/cause.ts";
import { recordCases } from "../../cluster/node/record/record_cases.ts";
import { type Phase, statesOf } from "../../cluster/node/record/recording.ts";
import { NOW_MS } from "../status/objects.ts";
import { moved, RECORDINGS, snapshotAt, withKeptLogs } from "./recorded_snapshots.ts";

const CASES = recordCases();
for (const recording of RECORDINGS) {
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
      const kind = id && CAUSES[id as BlockerId].kind;
      assert.notEqual(kind, "cause", `${id} at ${phase.at}; phases: ${told.join(", ")}`);
    }
  });
}

for (const { name, states = [] } of CASES) {
  Deno.test(`recorded on a real node: ${name} has more than one phase and every state that belongs to it`, () => {
    const { phases = [] } = RECORDINGS.find((it) => it.name === name) ?? {};
    assert.ok(phases.length >= 2, `${phases.length} phase`);
    const seen = statesOf(phases);
    assert.deepEqual(states.filter((it) => !seen.has(it)), [], `missing; seen: ${[...seen].join(", ")}`);
  });
}

Deno.test("every case that can be recorded is recorded, with what is expected of it now", () => {
  const wanted = CASES.map((it) => [it.name, it.expected, it.component, it.laterSec ?? 0]);
  const found = RECORDINGS.map((it) => [it.name, it.expected, it.component, it.laterSec]);
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
