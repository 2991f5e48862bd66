import assert from "node:assert/strict";
import { supportText } from "../../../agent/status/support_text.ts";
import { AT, sampleBlocker, sampleCheck, sampleReport, sampleStatus } from "../../views/samples.ts";

const build = { commit: "1a2b3c", builtAt: "2026-11-20T00:00:00.000Z" };

Deno.test("supportText() has id, place, words, evidence, times, versions, build and checks that did not pass", () => {
  const blocker = sampleBlocker({
    evidence: [{ label: "Object", text: "Pod msp/db-0" }],
    suppressed: ["core.degraded"],
  });
  const checks = sampleReport(
    sampleCheck("pass"),
    sampleCheck("warn", { id: "hw.memory", found: "8 GiB" }),
    sampleCheck("skipped"),
    sampleCheck("fail", { id: "dns.resolve", found: "no answer" }),
  );
  const status = sampleStatus("failed_action_required", { topBlockers: [blocker] }, "1.4.0");
  const text = supportText(blocker, { status, build, checks, accepted: ["hw.memory"] });
  for (
    const line of [
      "Finding      stor.subpath",
      "Component    db (keeps from being ready: core)",
      `Title        ${blocker.title}`,
      `Reason       ${blocker.reason}`,
      `Advised      ${blocker.nextAction}`,
      `Since        ${AT}`,
      `Now          ${AT}`,
      "Try again    safe",
      "Also seen    core.degraded",
      "  Object: Pod msp/db-0",
      "Release      1.4.0 (1.4.0)",
      "Kubernetes   1.4.0",
      "Agent        0.1.0, 1a2b3c, 2026-11-20T00:00:00.000Z",
      `Contact      kubernetes: answering, last ${AT}`,
      `Checks of ${AT}: 2 of 4 did not pass`,
      "  hw.memory warn, accepted: 8 GiB",
      "  dns.resolve fail: no answer",
    ]
  ) assert.ok(text.split("\n").includes(line), `${line}\n---\n${text}`);
  assert.doesNotMatch(text, /undefined|null/);
});

Deno.test("supportText() without a report, a release and a cluster says so", () => {
  const status = sampleStatus("installing", {
    kubernetesVersion: null,
    release: { ...sampleStatus("installing").release, selectedReleaseVersion: null, selectedChannel: null },
  });
  const text = supportText(sampleBlocker({ retrySafe: false }), {
    status,
    build: { commit: "", builtAt: "" },
    accepted: [],
  });
  assert.match(text, /^Release {6}none \(no channel\)$/m);
  assert.match(text, /^Kubernetes {3}not known$/m);
  assert.match(text, /^Try again {4}not safe$/m);
  assert.match(text, /^Agent {8}0\.1\.0$/m);
  assert.match(text, /^Checks: no report is kept$/m);
});

Deno.test("supportText() has no password, token, or character that is not seen", () => {
  const secrets = [
    "hunter2pw",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl",
  ];
  const loud = `http://bob:${secrets[0]}@proxy:3128 password=${secrets[0]} ${
    secrets[1]
  } Authorization: Bearer ${secrets[2]} \x1b[2J\u202e`;
  const blocker = sampleBlocker({
    title: loud,
    reason: loud,
    consequence: loud,
    nextAction: loud,
    evidence: [{ label: "Message", text: loud }],
  });
  const status = sampleStatus("failed_action_required", {}, loud);
  const checks = sampleReport(sampleCheck("fail", { found: loud }));
  const text = supportText(blocker, { status, build, checks, accepted: [] });
  assert.ok(loud.includes("hunter2pw"), "it was there before");
  for (const secret of secrets) assert.ok(!text.includes(secret), secret);
  // deno-lint-ignore no-control-regex -- these must not be there
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
});
