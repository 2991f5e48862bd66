import assert from "node:assert/strict";
import { AGENT_COLLECTORS } from "../../../agent/bundle/collectors/agent.ts";
import { bundleText } from "../../../agent/bundle/read_bundle.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { chained, makeBundle, sourcesOf } from "./make_bundle.ts";

async function bundleOf(files: Record<string, string>) {
  const sources = sourcesOf({ host: new FakeHost(files) });
  const bundle = await makeBundle({ sources, collectors: AGENT_COLLECTORS });
  return { bundle, row: (id: string) => bundle.manifest.collectors.find((it) => it.id === id) };
}

Deno.test("who did what comes from both files of the log, and what of it cannot be trusted is told", async () => {
  const lines = chained([
    { type: "sign-in.accepted", data: { address: "192.0.2.7" } },
    { type: "settings.apply", data: { by: "maria" } },
    { type: "session.end", data: {} },
  ]).split("\n");
  const files = {
    [PATHS.auditOlder]: `${lines[0]}\n`,
    [PATHS.audit]: `${lines.slice(1).join("\n")}`,
    [PATHS.auditNotes]: '{"type":"access.rotate-token","data":{}}\n',
  };
  const { bundle, row } = await bundleOf(files);
  const types = (bundleText(bundle, "state/audit.jsonl") ?? "").trim().split("\n").map((it) =>
    JSON.parse(it).type
  );
  assert.deepEqual(types, ["sign-in.accepted", "settings.apply", "session.end"]);
  assert.equal(row("agent.audit")?.status, "complete");
  assert.match(bundleText(bundle, "state/audit-notes.jsonl") ?? "", /access\.rotate-token/);

  const changed = await bundleOf({
    ...files,
    [PATHS.audit]: files[PATHS.audit]?.replace("maria", "nobody") ?? "",
  });
  assert.deepEqual(changed.row("agent.audit")?.missing, [
    { what: PATHS.audit, why: "Entry 2 is damaged: its checksum does not fit" },
  ]);
  assert.match(bundleText(changed.bundle, "state/audit.jsonl") ?? "", /nobody/);
});

Deno.test("updates that were tried are told with what came of them; without any nothing is missing", async () => {
  const journal = chained([
    {
      type: "update.requested",
      data: { by: "browser 192.0.2.7", from: "1.0.0", to: "1.1.0", channel: "stable" },
    },
    { type: "step.succeeded", data: { operation: "update", stepId: "hold", durationMs: 1_200 } },
    {
      type: "step.failed",
      data: {
        operation: "update",
        stepId: "source",
        failure: { message: "https://bob:word-of-bob@registry.example said no" },
      },
    },
  ]);
  const { bundle } = await bundleOf({ [PATHS.journal]: journal });
  const [attempt] = JSON.parse(bundleText(bundle, "state/updates.json") ?? "");
  assert.deepEqual([attempt.from, attempt.to, attempt.result], ["1.0.0", "1.1.0", "failed"]);
  assert.deepEqual(attempt.steps, [{ stepId: "hold", durationMs: 1_200 }]);
  assert.match(attempt.problem, /^https:\/\/[^@]*redacted[^@]*@registry\.example said no$/);
  const none = await bundleOf({});
  assert.equal(none.row("update.history")?.status, "complete");
  assert.ok(!none.bundle.files.has("state/updates.json"));
});

Deno.test("the rules of updates are told with who chose them, and a pin of setup as what it is", async () => {
  const window = { days: ["sunday"], from: "02:00", hours: 3 };
  const journal = chained([
    { type: "update-rules.changed", data: { by: "browser 192.0.2.7", change: { window } } },
    { type: "update-rules.changed", data: { by: "root", change: { automatic: { delayDays: 7 } } } },
  ]);
  const inputs = JSON.stringify({
    schemaVersion: 1,
    inputs: { releaseRef: "1.4.0", appUrl: "https://psa.example" },
  });
  const { bundle } = await bundleOf({ [PATHS.journal]: journal, [PATHS.setupInputs]: inputs });
  const { changes, ...rules } = JSON.parse(bundleText(bundle, "state/update-rules.json") ?? "");
  assert.deepEqual(rules, { pin: "1.4.0", window, automatic: { delayDays: 7 }, isUnreadable: false });
  assert.deepEqual(changes.map((it: { by: string; text: string }) => [it.by, it.text]), [
    ["browser 192.0.2.7", "window: Sunday from 02:00 for 3 h"],
    ["root", "automatic updates on, 7 days after publication"],
  ]);
  const none = await bundleOf({ [PATHS.setupInputs]: "{" });
  const kept = JSON.parse(bundleText(none.bundle, "state/update-rules.json") ?? "");
  assert.deepEqual(kept, { isUnreadable: false, changes: [] });
});
