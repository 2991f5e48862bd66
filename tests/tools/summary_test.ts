import assert from "node:assert/strict";
import { parseSummary, renderSummary } from "../../tools/summary.ts";

const SUMMARY = {
  passed: 12,
  failed: 1,
  skipped: 2,
  skippedNames: ["one (skipped: no Go)", 'suite "x"'],
  shakyFiles: ["./a_test.ts"],
};

Deno.test("parseSummary reads what renderSummary writes, whatever stands before it", () => {
  const output = `Skipped:\n  an older block\n\n3 passed, 0 failed, 0 skipped\nmore\n${
    renderSummary(SUMMARY)
  }`;
  assert.deepEqual(parseSummary(output), SUMMARY);
});

Deno.test("renderSummary ends with the closing line alone", () => {
  assert.equal(renderSummary(SUMMARY).split("\n").at(-2), "12 passed, 1 failed, 2 skipped");
  assert.equal(
    renderSummary({ ...SUMMARY, skippedNames: [], shakyFiles: [] }),
    "\n12 passed, 1 failed, 2 skipped\n",
  );
});

for (
  const text of [
    "",
    "12 passed, 1 failed, 2 skipped\nand then it broke\n",
    "x 12 passed, 1 failed, 2 skipped\n",
    "12 passed, 1 failed\n",
  ]
) {
  Deno.test(`parseSummary finds no count at the end of ${JSON.stringify(text)}`, () => {
    assert.equal(parseSummary(text), undefined);
  });
}
