import assert from "node:assert/strict";
import { found, testRows } from "../rule_row.ts";
import { BOOTSTRAP_ROWS, failedJob } from "./bootstrap_rows.ts";

testRows(BOOTSTRAP_ROWS);

Deno.test("a first-time setup that found its seeds there and failed later was not refused them", () => {
  const ids = found(failedJob(["Seed license_state: already there", "ERROR: no worker took the task"]));
  assert.deepEqual(ids.map((it) => it.id).filter((it) => it.startsWith("app.")), ["app.bootstrap-failed"]);
});
