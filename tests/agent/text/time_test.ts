import assert from "node:assert/strict";
import { earliest, latest, timeMs } from "../../../agent/text/time.ts";

Deno.test("earliest() and latest() compare times, whatever their precision; as texts these compare the other way", () => {
  const [whole, parts] = ["2026-11-21T10:00:00Z", "2026-11-21T10:00:00.5Z"];
  assert.ok(whole > parts);
  assert.equal(earliest([undefined, whole, parts]), whole);
  assert.equal(latest([parts, undefined, whole]), parts);
  assert.equal(earliest([]), undefined);
  assert.equal(latest([undefined]), undefined);
});

Deno.test("timeMs() is 0 of no time", () => {
  assert.equal(timeMs("1970-01-01T00:00:01Z"), 1_000);
  assert.equal(timeMs(undefined), 0);
  assert.equal(timeMs("soon"), 0);
});
