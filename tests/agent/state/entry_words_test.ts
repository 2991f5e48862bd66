import assert from "node:assert/strict";
import { OPERATION_NAMES } from "../../../agent/operation/operation_name.ts";
import { entryLine, OPERATION_TITLES } from "../../../agent/state/entry_words.ts";
import { plain, settle, startAgent, suspending, wished } from "../operation/made_up.ts";

Deno.test("every operation of the engine has a title in the record, and there is no other", () => {
  assert.deepEqual(Object.keys(OPERATION_TITLES).toSorted(), [...OPERATION_NAMES].toSorted());
});

Deno.test("the record has words for everything that the engine writes of a walk with a failure", async () => {
  let times = 0;
  const { act } = plain("c");
  const c = plain("c", { act: (it) => times++ === 0 ? Promise.reject(new Error("it broke")) : act(it) });
  const agent = await wished(await startAgent({ steps: [plain("a"), suspending("b"), c] }));
  await agent.clock.advance(15_000);
  await settle(agent);
  const entries = agent.journal.entries();
  assert.ok(new Set(entries.map((it) => it.type)).size >= 8, entries.map((it) => it.type).join());
  for (const entry of entries) assert.match(entryLine(entry).text, /^Change of settings: /, entry.type);
});

const LINES: readonly [type: string, data: Record<string, unknown>, level: string, text: string][] = [
  [
    "settings.requested",
    { by: "browser 192.0.2.7" },
    "info",
    "Change of settings: asked for by browser 192.0.2.7",
  ],
  ["agent-update.finished", {}, "info", "Update of the agent: done"],
  ["step.started", { stepId: "k3s" }, "info", 'Setup: step "k3s": began'],
  ["step.started", { stepId: "hold", operation: "update" }, "info", 'Update: step "hold": began'],
  ["step.failed", { stepId: "k3s" }, "error", 'Setup: step "k3s": failed'],
  [
    "step.failed",
    {
      stepId: "k3s",
      failure: { code: "K3S_FAILED", message: "It did not start", suggestedNextStep: "Look at its log" },
      nextAttemptAt: "2026-11-27T08:00:00.000Z",
    },
    "warning",
    'Setup: step "k3s": failed: It did not start. What to do: Look at its log.',
  ],
  ["setup.blocked", {}, "warning", "Setup: something stands in the way; its page says what"],
  [
    "check.acknowledged",
    { by: "console tty1", operation: "network" },
    "info",
    "Change of the network: the risk of a check is accepted by console tty1",
  ],
  ["network.discharged", { how: "lifted" }, "info", "Change of the network: what was changed is kept"],
  ["network.discharged", { how: "done" }, "info", "Change of the network: what was changed is put back"],
  ["journal.damaged", { problem: "x" }, "error", "The record of this appliance was found damaged"],
  [
    "update-rules.changed",
    { by: "browser 192.0.2.7" },
    "info",
    "The rules of updates were changed, by browser 192.0.2.7",
  ],
  ["setup.of-a-newer-agent", {}, "info", "setup.of-a-newer-agent"],
  ["step.failed", {}, "error", "step.failed"],
  ["toString.requested", { stepId: 7, by: {} }, "info", "toString.requested"],
  ["step.failed", { stepId: "x", failure: null, operation: 3 }, "error", 'step.failed "x"'],
  ["", {}, "info", ""],
];
for (const [type, data, level, text] of LINES) {
  Deno.test(`the record says of ${type} ${JSON.stringify(data).slice(0, 60)}: ${text}`, () => {
    assert.deepEqual(entryLine({ type, data }), { level, text });
  });
}
