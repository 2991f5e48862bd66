import assert from "node:assert/strict";
import type { Acknowledgement, CheckResult, PreflightReport } from "../../../agent/preflight/mod.ts";
import { openConditions } from "../../../agent/operation/conditions.ts";
import { preflightGate } from "../../../agent/setup/preflight_gate.ts";

const PASS = { status: "pass", expected: "a", found: "b", remediation: "" } as const;

/** Whether setup may go on, what may be accepted and what must be fixed. */
function verdict(report: PreflightReport, acknowledgements: readonly Acknowledgement[]) {
  const open = openConditions(preflightGate.conditions(report), acknowledgements);
  const ids = (mayBeAccepted: boolean) =>
    open.filter((it) => it.mayBeAccepted === mayBeAccepted).map((it) => it.id);
  return { canContinue: open.length === 0, needsAcknowledgement: ids(true), blocking: ids(false) };
}

function reportOf(...results: Partial<CheckResult>[]): PreflightReport {
  return {
    startedAt: "2026-11-21T12:00:00Z",
    finishedAt: "2026-11-21T12:00:01Z",
    results: results.map((it) => ({
      id: "test.check",
      title: "Test",
      vantage: "agent",
      overridable: false,
      durationMs: 1,
      ...PASS,
      ...it,
    })),
  };
}

const accepted = (checkId: string, found: string): Acknowledgement => ({
  checkId,
  found,
  by: "Ada",
  at: "2026-11-21T12:00:02Z",
});

Deno.test("preflightGate lets pass, warn and skipped through", () => {
  const report = reportOf({}, { status: "warn" }, { status: "skipped" });
  assert.equal(verdict(report, []).canContinue, true);
});

for (const status of ["fail", "error"] as const) {
  Deno.test(`preflightGate wants ${status} of an overridable check accepted`, () => {
    const report = reportOf({ id: "hw.cpu", status, overridable: true, found: "1 core" });
    assert.deepEqual(verdict(report, []), {
      canContinue: false,
      needsAcknowledgement: ["hw.cpu"],
      blocking: [],
    });
    assert.equal(verdict(report, [accepted("hw.cpu", "1 core")]).canContinue, true);
  });

  Deno.test(`preflightGate stops at ${status} of another check, accepted or not`, () => {
    const report = reportOf({ id: "os.root", status, found: "user 1" });
    assert.deepEqual(verdict(report, [accepted("os.root", "user 1")]), {
      canContinue: false,
      needsAcknowledgement: [],
      blocking: ["os.root"],
    });
  });
}

Deno.test("preflightGate wants another finding accepted again", () => {
  const report = reportOf({ id: "hw.cpu", status: "fail", overridable: true, found: "1 core" });
  assert.equal(verdict(report, [accepted("hw.cpu", "3 cores")]).canContinue, false);
  assert.equal(verdict(report, [accepted("hw.memory", "1 core")]).canContinue, false);
});
