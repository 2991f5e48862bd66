import assert from "node:assert/strict";
import { AGENT } from "../../../agent/causes/agent.ts";
import { explain } from "../../../agent/explain/explain.ts";
import { finding } from "../../../agent/explain/finding.ts";
import type { Rule } from "../../../agent/explain/finding.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import { healthyCluster, NOW_MS, snapshotOf } from "../status/objects.ts";

/** Finds so many things that have nothing to do with each other. */
const finds = (count: number): Rule => ({
  causes: [AGENT.updateFailed],
  find: (facts) =>
    Array.from(
      { length: count },
      (_, i) =>
        finding(facts, AGENT.updateFailed, {
          key: `${i}`,
          hard: true,
          words: { message: `no ${i}`, next: "look" },
        }),
    ),
});

for (const [count, shown, leftOut] of [[20, 20, 0], [23, 20, 3]] as const) {
  Deno.test(`of ${count} findings ${shown} are told and all are counted`, () => {
    const facts = makeFacts(snapshotOf(healthyCluster()), NOW_MS);
    const explained = explain(facts, { loginReady: true, rules: [finds(count)] });
    assert.deepEqual([explained.blockers.length, explained.leftOut, explained.hard.length], [
      shown,
      leftOut,
      count,
    ]);
  });
}
