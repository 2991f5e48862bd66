import assert from "node:assert/strict";
import { EFFECT, excludes, MAY_TAKE_OVER, OPERATION_NAMES } from "../../../agent/operation/operation_name.ts";

Deno.test("Operations that change exclude each other both ways; one that reads excludes only its like", () => {
  for (const a of OPERATION_NAMES) {
    for (const b of OPERATION_NAMES) {
      assert.equal(excludes(a, b), excludes(b, a), `${a} and ${b}`);
      const change = EFFECT[a] === "changes" && EFFECT[b] === "changes";
      assert.equal(excludes(a, b), change || a === b, `${a} and ${b}`);
    }
  }
  assert.deepEqual(OPERATION_NAMES.filter((it) => EFFECT[it] === "reads"), ["bundle", "prepare"]);
});

Deno.test("MAY_TAKE_OVER names only who would be in the way, never itself, and no two each other", () => {
  for (const a of OPERATION_NAMES) {
    for (const b of MAY_TAKE_OVER[a]) {
      assert.ok(a !== b && excludes(a, b), `${a} over ${b}`);
      assert.ok(!MAY_TAKE_OVER[b].includes(a), `${a} and ${b} would take over in turns`);
    }
  }
});

Deno.test("OPERATION_NAMES are stored in journals and locks and are never renamed", () => {
  assert.deepEqual([...OPERATION_NAMES], [
    "setup",
    "settings",
    "update",
    "network",
    "recovery",
    "import",
    "backup",
    "restore",
    "uninstall",
    "bundle",
    "agent-update",
    "prepare",
  ]);
});
