import assert from "node:assert/strict";
import { parseQuantity } from "../../../agent/workloads/quantity.ts";
import { parseSummary, sumUsage } from "../../../agent/workloads/usage.ts";

/** Of a real kubelet 1.36.3, cut to what is read. */
const RECORDED = JSON.parse(
  Deno.readTextFileSync(new URL("./testdata/kubelet_summary.json", import.meta.url)),
);

Deno.test("recorded of a real kubelet: every pod has its memory, though the kubelet says 0 of the pod itself", () => {
  const usage = parseSummary(RECORDED);
  assert.equal(usage.size, RECORDED.pods.length);
  assert.equal(RECORDED.pods[0].memory.workingSetBytes, 0);
  for (const { podRef, containers } of RECORDED.pods) {
    const found = usage.get(`${podRef.namespace}/${podRef.name}`);
    const [first] = containers;
    assert.ok(first.memory.workingSetBytes > 0);
    assert.equal(found?.memoryBytes, first.memory.workingSetBytes);
    assert.equal(found?.containers[first.name]?.memoryBytes, first.memory.workingSetBytes);
  }
});

Deno.test("the pod's own figure counts where it is the larger one", () => {
  const pod = { podRef: { name: "a", namespace: "b" }, memory: { workingSetBytes: 9 } };
  const container = { name: "c", memory: { workingSetBytes: 5 } };
  assert.equal(parseSummary({ pods: [{ ...pod, containers: [container] }] }).get("b/a")?.memoryBytes, 9);
});

Deno.test("a summary of any shape is read without an error, and what it does not tell is not known", () => {
  for (
    const odd of [undefined, 7, {}, { pods: 7 }, { pods: [null, {}] }, {
      pods: [{ podRef: 3, volume: [4], containers: "x" }],
    }]
  ) {
    for (const it of parseSummary(odd).values()) {
      assert.deepEqual([it.cpuCores, it.memoryBytes], [null, null]);
    }
  }
});

Deno.test("a sum is known only where each part is", () => {
  const known = { cpuCores: 0.25, memoryBytes: 10 };
  assert.deepEqual(sumUsage([known, known]), { cpuCores: 0.5, memoryBytes: 20 });
  assert.deepEqual(sumUsage([known, undefined]), { cpuCores: null, memoryBytes: null });
  assert.deepEqual(sumUsage([]), { cpuCores: null, memoryBytes: null });
});

for (
  const [text, expected] of [
    ["500m", 0.5],
    ["10Gi", 10 * 1024 ** 3],
    ["1.5", 1.5],
    ["2e3", 2_000],
    ["100M", 100_000_000],
    [3, 3],
    ["", null],
    ["much", null],
    [undefined, null],
  ] as const
) {
  Deno.test(`parseQuantity(${JSON.stringify(text)}) is ${expected}`, () =>
    assert.equal(parseQuantity(text), expected));
}
