import assert from "node:assert/strict";
import { ageMs, durationText } from "../../../agent/text/duration.ts";

for (
  const [ms, text] of [
    [-5, "0 s"],
    [9_400, "9 s"],
    [59_000, "50 s"],
    [89_000, "80 s"],
    [90_000, "2 min"],
    [5_399_000, "90 min"],
    [5_400_000, "2 h"],
    [37 * 3_600_000, "37 h"],
    [48 * 3_600_000, "2 days"],
  ] as const
) {
  Deno.test(`durationText(${ms}) is "${text}"`, () => assert.equal(durationText(ms), text));
}

Deno.test("ageMs() is never negative, and 0 without a beginning", () => {
  assert.equal(ageMs(undefined, 5), 0);
  assert.equal(ageMs("1970-01-01T00:00:01Z", 500), 0);
  assert.equal(ageMs("1970-01-01T00:00:01Z", 1_500), 500);
});
