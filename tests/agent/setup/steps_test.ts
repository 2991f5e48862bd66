import assert from "node:assert/strict";
import { STEP_IDS } from "../../../agent/setup/setup_state.ts";
import { SETUP_STEPS } from "../../../agent/setup/steps.ts";

Deno.test("SETUP_STEPS run in the order of the ids, each with a title that is an order", () => {
  assert.deepEqual(SETUP_STEPS.map((it) => it.id), [...STEP_IDS]);
  for (const { title } of SETUP_STEPS) assert.match(title, /^[A-Z][a-z]+ \w/);
  assert.equal(new Set(SETUP_STEPS.map((it) => it.title)).size, SETUP_STEPS.length);
});

Deno.test("STEP_IDS are stored in journals and are never renamed", () => {
  assert.deepEqual([...STEP_IDS], [
    "preflight",
    "resolve",
    "k3s",
    "storage",
    "flux",
    "values",
    "source",
    "login",
  ]);
});
