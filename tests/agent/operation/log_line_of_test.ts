import assert from "node:assert/strict";
import type { OperationEvent } from "../../../agent/state/entry_words.ts";
import { logLineOf } from "../../../agent/operation/log_line_of.ts";

const OPERATION = { title: "Setup", steps: [{ id: "k3s", title: "Install Kubernetes" }] };
const failed = (code: string, more = {}) => ({
  stepId: "k3s",
  failure: { code, message: "It did not start", suggestedNextStep: "Look at its log" },
  ...more,
});
const TEXT = "Setup: Install Kubernetes: failed: It did not start. What to do: Look at its log.";

const LINES: readonly [
  event: OperationEvent,
  data: Record<string, unknown>,
  level: string | undefined,
  text?: string,
][] = [
  ["requested", { by: "console tty1" }, "info", "Setup: asked for by console tty1"],
  ["retried", { by: "agent" }, "info", "Setup: tried again, by agent"],
  ["step.started", { stepId: "k3s" }, "info", "Setup: Install Kubernetes: began"],
  [
    "step.succeeded",
    { stepId: "k3s", durationMs: 70_000 },
    "info",
    "Setup: Install Kubernetes: done in 70 s",
  ],
  ["step.succeeded", { stepId: "k3s", durationMs: 0, found: true }, undefined],
  ["step.failed", failed("K3S_FAILED"), "error", TEXT],
  ["step.failed", failed("K3S_FAILED", { nextAttemptAt: "2026-11-27T08:00:00.000Z" }), "warning", TEXT],
  ["step.failed", failed("CANCELLED"), "warning", TEXT],
  ["step.failed", failed("INTERRUPTED"), "warning", TEXT],
  ["blocked", {}, "warning", "Setup: something stands in the way; its page says what"],
  ["cancelled", { by: "browser 192.0.2.7" }, "warning", "Setup: stopped by browser 192.0.2.7"],
  ["finished", {}, "info", "Setup: done"],
  ["step.progress", { stepId: "k3s" }, undefined],
];
for (const [event, data, level, text] of LINES) {
  const told = level === undefined ? "nothing" : `"${text}" as ${level}`;
  Deno.test(`the agent's log says ${told} of ${event} ${JSON.stringify(data).slice(0, 60)}`, () => {
    const line = logLineOf(OPERATION, event, data);
    assert.deepEqual([line?.level, line?.text], [level, text]);
    if (line) assert.equal(line.step, data.stepId);
  });
}
