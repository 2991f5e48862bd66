import assert from "node:assert/strict";
import { reportOnce } from "../../agent/report.ts";

Deno.test("reportOnce() tells each id once", () => {
  const told: string[] = [];
  const report = reportOnce((id, error) => told.push(`${id}: ${error}`));
  report("a", "one");
  report("a", "two");
  report("b", "one");
  assert.deepEqual(told, ["a: one", "b: one"]);
});
