import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import { createOperationLock } from "../../../agent/operation/operation_lock.ts";
import type { OperationName } from "../../../agent/operation/operation_name.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import {
  type Agent,
  BY,
  endless,
  type MadeUpOptions,
  type MadeUpStep,
  plain,
  restarted,
  settle,
  startAgent,
  wished,
} from "./made_up.ts";

const broken = () => Promise.reject(new AgentError("STORAGE_FAILED", "It did not work"));
const WISH = { color: "red", size: 1 };

/** Settings under way with one step, beside an "uninstall", a "backup" and a "bundle". */
async function underWay(step: MadeUpStep, options: MadeUpOptions = {}): Promise<Agent> {
  const others = {
    uninstall: { steps: [plain("u")] },
    backup: { steps: [plain("k")] },
    bundle: { steps: [plain("z")] },
  };
  return await wished(await startAgent({ steps: [plain("a"), step], options, others }));
}

const start = (agent: Agent, name: OperationName) => {
  const handle = agent.handles.get(name);
  assert.ok(handle);
  return handle.start(WISH, { by: "console" });
};

Deno.test("Who may not take over is refused with the holder's name, place and time", async () => {
  const agent = await underWay(plain("b", { act: endless, mayCancel: true }));
  assert.deepEqual(await start(agent, "backup"), {
    ok: false,
    reason: "locked",
    operation: "settings",
    holder: "browser 192.0.2.7",
    since: "2026-11-21T12:00:00.000Z",
  });
  assert.equal(agent.view().state.status, "running");
  assert.ok(!agent.world.done.has("k"));
  await agent.engine.stop();
});

Deno.test("Who may take over interrupts a step that may be cancelled; what is owed is discharged first, and it goes on afterwards", async () => {
  let times = 0;
  const step = plain("b", {
    mayCancel: true,
    async act(context) {
      await context.owe("resume", { name: "web" });
      context.world.act("suspend web", () => context.world.suspended.add("web"));
      if (times++ === 0) await endless(context);
      context.world.act("b", () => context.world.done.add("b"));
    },
  });
  const agent = await underWay(step);
  let shown: unknown;
  agent.engine.subscribe((name) => {
    const { state } = agent.view();
    if (name === "uninstall" && state.status === "running") shown ??= state.message;
  });
  assert.deepEqual(await start(agent, "uninstall"), { ok: true });
  await settle(agent);
  assert.equal(shown, "uninstall, console is working on this appliance");
  assert.deepEqual(agent.world.effects, [
    "a",
    "suspend web",
    "resume web",
    "u",
    "suspend web",
    "b",
    "resume web",
  ]);
  assert.equal(agent.view().state.status, "done");
  assert.ok(agent.types().includes("settings.made-way"));
  assert.equal(await agent.host.readText(PATHS.operationLock), undefined);
});

Deno.test("A step that may not be cancelled is not interrupted by anybody", async () => {
  const agent = await underWay(plain("b", { act: endless }));
  const reply = await start(agent, "uninstall");
  assert.ok(!reply.ok && reply.reason === "locked");
  assert.ok(!agent.world.done.has("u"));
  assert.equal(agent.view().state.status, "running");
  await agent.engine.stop();
});

Deno.test("A wait for the next attempt may be taken over, and is gone on with at its time", async () => {
  let times = 0;
  const { act } = plain("b");
  const agent = await underWay(plain("b", { act: (it) => times++ === 0 ? broken() : act(it) }));
  const before = agent.view().state;
  assert.ok(before.status === "failed" && before.nextAttemptAt);
  assert.deepEqual(await start(agent, "uninstall"), { ok: true });
  await settle(agent);
  assert.ok(agent.world.done.has("u"));
  assert.deepEqual(agent.view().state, before);
  await agent.clock.advance(15_000);
  await settle(agent);
  assert.equal(agent.view().state.status, "done");
});

Deno.test("What a person has to go on with has failed as interrupted when another took over", async () => {
  const options: MadeUpOptions = { policy: { resume: "by-hand" } };
  const agent = await underWay(plain("b", { act: endless, mayCancel: true }), options);
  assert.deepEqual(await start(agent, "uninstall"), { ok: true });
  await settle(agent);
  const { state } = agent.view();
  assert.ok(
    state.status === "failed" && state.failure.code === "INTERRUPTED" && state.nextAttemptAt === undefined,
  );
  assert.deepEqual(await agent.settings.retry(BY), { ok: true });
  await settle(agent);
  assert.equal(agent.view().state.status, "running");
  await agent.engine.stop();
});

Deno.test("What only reads runs beside what changes, and excludes its like", async () => {
  const agent = await underWay(plain("b", { act: endless }));
  assert.deepEqual(await start(agent, "bundle"), { ok: true });
  await settle(agent);
  assert.ok(agent.world.done.has("z"));
  assert.equal(agent.view().state.status, "running");
  await agent.engine.stop();
});

Deno.test("An operation of another process is never taken over", async () => {
  const agent = await startAgent({ others: { uninstall: { steps: [plain("u")] } } });
  const held = await createOperationLock(agent.host, agent.clock).take("settings", "console");
  assert.ok(held.ok);
  const reply = await start(agent, "uninstall");
  assert.deepEqual(reply, {
    ok: false,
    reason: "locked",
    operation: "settings",
    holder: "console",
    since: "2026-11-21T12:00:00.000Z",
  });
  await held.release();
});

Deno.test("Two that were interrupted by a kill go on one after the other", async () => {
  const others = { network: { steps: [plain("n")] } };
  const agent = await startAgent({ steps: [plain("a", { act: endless, mayCancel: true })], others });
  await wished(agent);
  await agent.journal.append("network.requested", { by: "x", runId: "1", format: 1 });
  agent.host.put(
    "/var/lib/alga-appliance/network-inputs.json",
    JSON.stringify({ schemaVersion: 1, runId: "1", inputs: WISH }),
  );
  const again = await restarted(agent, { steps: [plain("a")], others });
  await again.engine.resume();
  await settle(again);
  assert.equal(again.view().state.status, "done");
  assert.equal(again.engine.view("network")?.state.status, "done");
});
