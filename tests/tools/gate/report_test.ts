import assert from "node:assert/strict";
import type { Outcome, Part } from "../../../tools/gate/part.ts";
import { exitCode, renderReport } from "../../../tools/gate/report.ts";

const part = (name: string): Part => ({
  name,
  lane: "test",
  kind: "check",
  command: ["true"],
  limitMin: 5,
  usualMin: 1,
});
const PASSED: Outcome = {
  part: part("types"),
  status: "passed",
  passed: 1,
  failed: 0,
  skipped: 0,
  skippedNames: [],
  shakyFiles: [],
  durationMs: 61_000,
  tries: 1,
  leftRunning: [],
};
const SKIPPED: Outcome = { ...PASSED, part: part("real node"), status: "skipped", passed: 0, skipped: 30 };
const FAILED: Outcome = {
  ...PASSED,
  part: part("lint"),
  status: "failed",
  passed: 0,
  failed: 1,
  reason: "1 tests failed",
  failures: "one => ./a_test.ts:1:6\nerror: boom\n\n    at x",
};

Deno.test("the report has each part's time and limit, what needs a look, and the closing line alone at its end", () => {
  const text = renderReport([
    {
      ...PASSED,
      shakyFiles: ["./a_test.ts"],
      failures: "one => ./a_test.ts:1:6",
      tries: 2,
      leftRunning: ["77 sleep 9"],
      skippedNames: ["a test (skipped: no Go)"],
    },
    { ...SKIPPED, reason: "does not fit" },
    FAILED,
  ], 125_000);
  assert.equal(
    text,
    `
part        result   took  limit  tries
types       passed   1:01  5 min  2
real node   skipped  1:01  5 min  1
lint        failed   1:01  5 min  1
whole gate           2:05

Passed only the second time: types: ./a_test.ts
  one => ./a_test.ts:1:6
Second try: types was tried 2 times
Left running by types and ended: 77 sleep 9
Failed: lint: 1 tests failed
  one => ./a_test.ts:1:6
  error: boom

      at x

Skipped:
  a test (skipped: no Go)
  real node: does not fit

1 passed, 1 failed, 30 skipped
`,
  );
});

for (
  const [name, outcomes, code] of [
    ["everything passed", [PASSED], 0],
    ["something failed", [PASSED, FAILED], 1],
    ["something was skipped", [PASSED, SKIPPED], 0],
    ["nothing passed", [SKIPPED], 1],
    ["nothing was chosen", [], 1],
  ] as const
) {
  Deno.test(`the gate ends with ${code} when ${name}`, () => assert.equal(exitCode(outcomes), code));
}
