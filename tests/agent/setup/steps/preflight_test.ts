import assert from "node:assert/strict";
import { GateClosed } from "../../../../agent/operation/gate.ts";
import { preflightStep } from "../../../../agent/setup/steps/preflight.ts";
import { finding } from "../engine.ts";
import { FakeRegistry } from "../../preflight/fake_registry.ts";
import { inStepWorld, type StepWorld } from "./step_world.ts";

/** Files and folders that are not the agent's own. */
function outside({ host }: StepWorld): string[] {
  return [...host.files.keys(), ...host.folders.keys()].filter((it) =>
    !it.startsWith("/var/lib/alga-appliance") && !it.startsWith("/etc/alga-appliance")
  );
}

Deno.test("preflight: findings block, are kept whole in the journal, and nothing on the host changes", async () => {
  await inStepWorld(async (world) => {
    const before = outside(world);
    const context = world.context({ registry: new FakeRegistry() });
    await assert.rejects(preflightStep.act(context), GateClosed);
    const entry = context.journal.entries().at(-1);
    const { results } = entry?.data.report as { results: { id: string; status: string }[] };
    assert.equal(entry?.type, "setup.checked");
    assert.ok(results.length > 20);
    assert.ok(
      results.some((it) => it.id === "os.release" && it.status !== "pass"),
      "an empty host is not Ubuntu",
    );
    assert.match(world.said.at(-1) ?? "", /^\d+ of \d+ checks failed$/);
    assert.ok(!JSON.stringify(entry).includes(context.inputs.adminPassword ?? "?"));
    assert.equal(await preflightStep.look(context), false);
    assert.deepEqual(outside(world), before);
  });
});

Deno.test("preflight: done means that the newest report passes or every finding of it was accepted", async () => {
  await inStepWorld(async (world) => {
    const context = world.context();
    const report = (results: unknown[]) =>
      context.journal.append("setup.checked", { report: { startedAt: "", finishedAt: "", results } });
    const accept = (checkId: string, found: string) =>
      context.journal.append("check.acknowledged", { checkId, by: "x", found });
    assert.equal(await preflightStep.look(context), false, "never checked");
    await report([finding("hw.memory")]);
    assert.equal(await preflightStep.look(context), false);
    await accept("hw.memory", "8 GiB");
    assert.equal(await preflightStep.look(context), true);
    await report([finding("hw.memory", { found: "4 GiB" })]);
    assert.equal(await preflightStep.look(context), false, "another finding needs another acceptance");
    await report([finding("os.arch", { overridable: false })]);
    await accept("os.arch", "8 GiB");
    assert.equal(await preflightStep.look(context), false, "this one cannot be accepted");
    await report([finding("hw.cpu", { status: "warn" })]);
    assert.equal(await preflightStep.look(context), true);
  });
});
