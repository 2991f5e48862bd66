import assert from "node:assert/strict";
import { readJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import {
  type Agent,
  mortal,
  plain,
  restarted,
  settle,
  startAgent,
  suspending,
  wished,
  World,
} from "./made_up.ts";

const STEPS = [plain("a"), suspending("b"), plain("c")];

/** The new process has discharged what was owed, and has not gone on yet. */
function assertNothingOwed(agent: Agent, where: string): void {
  assert.deepEqual(agent.view().owed, [], where);
  assert.deepEqual([...agent.world.suspended], [], `suspended ${where}`);
}

async function assertSameEnd(agent: Agent, where: string): Promise<void> {
  await agent.engine.resume();
  await settle(agent);
  if (agent.view().state.status === "idle") await wished(agent); // killed before the journal said anything
  assert.equal(agent.view().state.status, "done", where);
  assertNothingOwed(agent, where);
  assert.deepEqual([...agent.world.done].sort(), ["a", "b", "c"], where);
  assert.ok(agent.view().steps.every((it) => it.status === "done"), where);
  assert.equal(await agent.host.readText(PATHS.operationLock), undefined, where);
}

Deno.test("killed at every write of the disk, an operation ends as if nothing had happened, and owes nothing before it goes on", async () => {
  const whole = await wished(await startAgent({ steps: STEPS }));
  const total = whole.host.record.length;
  assert.ok(total > 15, `only ${total} writes`);
  let owing = 0;
  for (let n = 1; n <= total; n++) {
    const world = new World();
    const agent = await startAgent({ steps: STEPS, world, host: mortal(world, { dieAtWrite: n }) });
    await wished(agent).catch(() => {});
    await settle(agent);
    owing += agent.world.suspended.size > 0 ? 1 : 0;
    const again = await restarted(agent, { steps: STEPS });
    assertNothingOwed(again, `write ${n} of ${total}`);
    await assertSameEnd(again, `write ${n} of ${total}`);
  }
  assert.ok(owing >= 4, `something was owed at ${owing} kills only`);
});

Deno.test("killed after every effect, an operation ends as if nothing had happened, and owes nothing before it goes on", async () => {
  const whole = await wished(await startAgent({ steps: STEPS }));
  assert.deepEqual(whole.world.effects, [
    "a",
    "suspend web",
    "suspend mail",
    "b",
    "c",
    "resume mail",
    "resume web",
  ]);
  for (let n = 1; n <= whole.world.effects.length; n++) {
    const world = new World();
    const host = mortal(world, { dieAtEffect: n });
    const agent = await startAgent({ steps: STEPS, host, world });
    await wished(agent);
    const again = await restarted(agent, { steps: STEPS });
    assertNothingOwed(again, `effect ${n}`);
    await assertSameEnd(again, `effect ${n}`);
  }
});

Deno.test("killed at every write of a second request, the inputs that count are those that the journal shows", async () => {
  const endsAt = (agent: Agent) => agent.host.record.length;
  const stuck = [plain("a", { act: () => Promise.reject(new Error("not yet")) })];
  const whole = await wished(await startAgent({ steps: stuck }));
  const first = endsAt(whole);
  await wished(whole, { color: "blue" });
  const total = endsAt(whole) - first;
  await whole.engine.stop();
  const kept = new Set<unknown>();
  for (let n = 1; n <= total; n++) {
    const world = new World();
    const agent = await startAgent({ steps: stuck, world, host: mortal(world, { dieAtWrite: first + n }) });
    await wished(agent);
    await wished(agent, { color: "blue" }).catch(() => {});
    await settle(agent);
    const again = await restarted(agent, { steps: stuck });
    const shown = again.view().inputs.color;
    assert.equal(again.settings.inputs()?.color, shown, `write ${n} of ${total}`);
    kept.add(shown);
    await again.engine.stop();
  }
  assert.deepEqual([...kept].sort(), ["blue", "red"], "both sides of the border were met");
});

Deno.test("a journal cut after any line, in a world that is ahead of it or behind, leads to the same end", async () => {
  const whole = await wished(await startAgent({ steps: STEPS }));
  const text = await whole.host.readText(PATHS.journal) ?? "";
  const inputs = await whole.host.readText("/var/lib/alga-appliance/settings-inputs.json") ?? "";
  const lines = text.split("\n").slice(0, -1);
  for (let n = 1; n <= lines.length; n++) {
    for (const isAhead of [true, false]) {
      const world = new World();
      if (isAhead) { for (const it of ["a", "b", "c"]) world.done.add(it); }
      const cut = lines.slice(0, n).map((it) => `${it}\n`).join("");
      const torn = isAhead ? (lines[n] ?? "").slice(0, 30) : "";
      const host = new FakeHost({
        [PATHS.journal]: cut + torn,
        "/var/lib/alga-appliance/settings-inputs.json": inputs,
      });
      const agent = await startAgent({ steps: STEPS, host, world });
      await agent.engine.dischargeOwed();
      assertNothingOwed(agent, `line ${n}`);
      if (n === lines.length) continue; // it says that it has ended
      await assertSameEnd(agent, `line ${n}`);
    }
  }
  assert.equal(readJournal(text).problem, undefined);
});

Deno.test("killed again and again while it discharges, what is owed is discharged in the end", async () => {
  const world = new World();
  // Both are suspended, then the first kill.
  let agent = await startAgent({ steps: STEPS, world, host: mortal(world, { dieAtEffect: 3 }) });
  await wished(agent);
  assert.equal(world.suspended.size, 2);
  for (let dieAtWrite = 1; dieAtWrite <= 3; dieAtWrite++) {
    const host = mortal(world, { dieAtWrite });
    for (const [path, file] of agent.host.files) if (!path.endsWith(".lock")) host.put(path, file.bytes);
    agent = await startAgent({ steps: STEPS, host, world, clock: agent.clock });
    await agent.engine.dischargeOwed();
  }
  const last = await restarted(agent, { steps: STEPS });
  assertNothingOwed(last, "at last");
  await assertSameEnd(last, "at last");
});
