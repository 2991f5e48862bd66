import assert from "node:assert/strict";
import { readTime } from "../../../../agent/observe/projections/read_field.ts";

const TIMES: readonly [given: unknown, read: string | undefined][] = [
  ["2026-11-21T11:59:00Z", "2026-11-21T11:59:00Z"],
  ["2026-11-21T11:59:00.123456Z", "2026-11-21T11:59:00.123456Z"],
  ["2026-11-21T12:59:00+01:00", "2026-11-21T11:59:00.000Z"],
  // What Go and the container runtime write for "never".
  ["0001-01-01T00:00:00Z", undefined],
  ["1970-01-01T00:00:00Z", undefined],
  ["2026-13-45T00:00:00Z", undefined],
  ["Sat, 21 Nov 2026 11:00:00 GMT", undefined],
  ["+275760-09-13T00:00:00Z", undefined],
  ["2026-11-21", undefined],
  ["", undefined],
  [1_795_262_400_000, undefined],
  [null, undefined],
];

for (const [given, read] of TIMES) {
  Deno.test(`readTime() reads ${JSON.stringify(given)} as ${read ?? "no time"}`, () =>
    assert.equal(readTime(given), read));
}
