import assert from "node:assert/strict";
import { utcDay, utcMinute, utcTime } from "../../../agent/text/utc_time.ts";

Deno.test("times are told in UTC and say so", () => {
  assert.equal(utcTime("2026-11-21T14:02:10.123Z"), "14:02:10 UTC");
  assert.equal(utcMinute("2026-11-21T14:02:10.123Z"), "2026-11-21 14:02 UTC");
  assert.equal(utcDay(Date.parse("2026-11-21T23:59:59Z")), "2026-11-21");
  assert.equal(utcDay(NaN), "unknown");
});
