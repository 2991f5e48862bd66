import assert from "node:assert/strict";
import { foldSetup } from "../../../agent/setup/fold_setup.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import {
  broken,
  BY,
  endless,
  type Engine,
  finding,
  INPUTS,
  nextAttempt,
  settle,
  startEngine,
  submitted,
} from "./engine.ts";

/** A new process on the same disk, after it has gone on. */
async function resumed(engine: Engine): Promise<Engine> {
  const again = await engine.restart();
  await again.setup.resume();
  await settle(again);
  return again;
}

Deno.test("resume() continues at the interrupted step with the same inputs", async () => {
  const engine = await startEngine();
  engine.trouble.set("flux", endless);
  await submitted(engine);
  engine.trouble.clear();
  engine.runs.length = 0;
  const again = await resumed(engine);
  assert.deepEqual(again.runs, ["flux", "values", "source", "login"]);
  assert.equal(again.state().status, "done");
});

Deno.test("stop() ends a running step, frees the lock and writes no failure", async () => {
  const engine = await startEngine();
  engine.trouble.set("flux", endless);
  await submitted(engine);
  await engine.setup.stop();
  assert.equal(await engine.host.readText(PATHS.operationLock), undefined);
  assert.ok(!engine.journal.entries().some((it) => it.type === "step.failed"));
  assert.equal(engine.state().status, "running");
});

Deno.test("stop() ends the wait for the next attempt", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  await engine.setup.stop();
  assert.equal(await engine.host.readText(PATHS.operationLock), undefined);
});

Deno.test("resume() does nothing when nothing was asked for, when it is done, and when a person is needed", async () => {
  const idle = await resumed(await startEngine());
  assert.deepEqual([idle.runs, idle.state().status], [[], "idle"]);

  const done = await submitted(await startEngine());
  const runs = done.runs.length;
  assert.deepEqual([(await resumed(done)).runs.length, done.state().status], [runs, "done"]);

  const blocked = await startEngine();
  blocked.findings.push(finding("hw.memory"));
  await submitted(blocked);
  assert.equal((await resumed(blocked)).state().status, "blocked");
  assert.deepEqual(blocked.runs, ["preflight"]);
});

Deno.test("The counter of attempts and the time of the next one survive a restart", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  for (let i = 0; i < 3; i++) await nextAttempt(engine);
  const before = engine.state();
  assert.ok(before.status === "failed" && before.nextAttemptAt);
  const runs = engine.runs.length;

  const again = await resumed(engine);
  assert.equal(again.runs.length, runs, "a restart is not a reason to try sooner");
  const after = again.state();
  assert.ok(after.status === "failed" && after.nextAttemptAt === before.nextAttemptAt);
  await nextAttempt(again);
  const next = again.state();
  assert.ok(next.status === "failed" && next.nextAttemptAt);
  assert.equal(Date.parse(next.nextAttemptAt) - again.clock.nowMs(), 240_000);
});

Deno.test("An agent that dies in every attempt still comes to an end of attempts", async () => {
  let engine = await startEngine();
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  engine.trouble.set("k3s", endless);
  for (let i = 0; i < 30; i++) {
    engine.trouble.set("k3s", endless);
    if (!await nextAttempt(engine)) break;
    engine.trouble.set("k3s", broken);
    engine = await resumed(engine); // died while k3s was being installed
  }
  const state = engine.state();
  assert.ok(state.status === "failed" && state.nextAttemptAt === undefined);
  assert.equal(foldSetup(engine.journal.entries()).attempts, 10);
});

Deno.test("resume() with damaged inputs, or those of another run, tells that they must be given again, and takes them", async () => {
  for (
    const text of [
      '{"schemaVersion":1,"inpu',
      '{"schemaVersion":1,"inputs":{"appUrl":"https://a.example"}}',
      JSON.stringify({ schemaVersion: 1, runId: "of another run", inputs: INPUTS }),
    ]
  ) {
    const engine = await startEngine();
    engine.trouble.set("k3s", endless);
    await submitted(engine);
    engine.host.put(PATHS.setupInputs, text);
    engine.trouble.clear();
    const again = await resumed(engine);
    const state = again.state();
    assert.ok(state.status === "failed" && state.failure.code === "STATE_DAMAGED", JSON.stringify(state));
    assert.equal(state.nextAttemptAt, undefined);
    assert.match(state.failure.suggestedNextStep, /Enter the answers again/);
    assert.equal(await again.host.readText(PATHS.operationLock), undefined);
    assert.deepEqual(await again.setup.retry(BY), { ok: false, reason: "nothing-submitted" });
    assert.equal(again.state().status, "failed", "a refused retry must not say running");
    await submitted(again);
    assert.equal(again.state().status, "done");
  }
});

Deno.test("Lost inputs are not asked for again when setup is done", async () => {
  const engine = await submitted(await startEngine());
  engine.host.put(PATHS.setupInputs, "{");
  const again = await resumed(engine);
  assert.equal(again.state().status, "done");
  assert.deepEqual(await again.setup.submit(INPUTS, BY), { ok: false, reason: "already-done" });
});

Deno.test("A restart writes no entry again for what it finds done", async () => {
  const engine = await startEngine();
  engine.trouble.set("login", endless);
  await submitted(engine);
  const again = await resumed(engine);
  const found = again.journal.entries().filter((it) => it.type === "step.succeeded").length;
  assert.equal(found, 7);
  await again.setup.stop();
});

Deno.test("Lost inputs can be given again even after the first company was written", async () => {
  const engine = await startEngine();
  engine.trouble.set("login", endless);
  await submitted(engine);
  engine.host.put(PATHS.setupInputs, "{");
  engine.trouble.clear();
  const again = await resumed(engine);
  assert.equal(again.state().status, "failed");
  await submitted(again);
  assert.equal(again.state().status, "done");
});

Deno.test("A restart right after the last finding was accepted goes on by itself", async () => {
  const engine = await startEngine();
  engine.findings.push(finding("hw.memory"));
  await submitted(engine);
  // What acknowledge() writes; the process dies before the walk writes its first entry.
  await engine.journal.append("check.acknowledged", { checkId: "hw.memory", by: "x", found: "8 GiB" });
  assert.equal((await resumed(engine)).state().status, "done");
});

Deno.test("A restart between two acceptances waits for the second", async () => {
  const engine = await startEngine();
  engine.findings.push(finding("hw.memory"), finding("hw.cpu"));
  await submitted(engine);
  await engine.journal.append("check.acknowledged", { checkId: "hw.memory", by: "x", found: "8 GiB" });
  const again = await resumed(engine);
  assert.equal(again.state().status, "blocked");
  assert.deepEqual(await again.setup.acknowledge(["hw.cpu"], BY), { ok: true });
  await settle(again);
  assert.equal(again.state().status, "done");
});

Deno.test("A restart right after a person asked for a retry goes on by itself", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  while (await nextAttempt(engine));
  await engine.journal.append("setup.retried", BY);
  engine.trouble.clear();
  assert.equal((await resumed(engine)).state().status, "done");
});

Deno.test("resume() while another agent works names it and changes nothing", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", endless);
  await submitted(engine);
  const again = await engine.restart();
  const other = await again.host.lockFile(PATHS.operationLock, { mode: 0o600 });
  await other.held;
  await other.write(JSON.stringify({ operation: "setup", holder: "console", since: "noon" }));
  await again.setup.resume();
  await settle(again);
  const state = again.state();
  assert.ok(state.status === "running" && state.message.includes("console"), JSON.stringify(state));
  assert.equal(again.runs.filter((it) => it === "k3s").length, 1);
});

Deno.test("resume() on a full disk still lets the pages come up", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", endless);
  await submitted(engine);
  const again = await engine.restart();
  again.host.writeError = "no space left on device";
  await again.setup.resume();
  const state = again.state();
  assert.ok(state.status === "failed" && state.failure.code === "STATE_WRITE_FAILED");
  assert.equal(state.stepId, "k3s");
  again.host.writeError = undefined;
  again.trouble.clear();
  assert.deepEqual(await again.setup.retry(BY), { ok: true });
  await settle(again);
  assert.equal(again.state().status, "done");
});

Deno.test("Dying at every change of the disk ends in the same state as never dying", async () => {
  const whole = await submitted(await startEngine());
  const total = whole.host.record.length;
  assert.ok(total > 30, `only ${total} changes`);
  for (let n = 1; n <= total; n++) {
    const host = new DyingHost(n);
    const engine = await startEngine(host);
    const reply = await engine.setup.submit(INPUTS, BY).catch(() => undefined);
    await settle(engine);
    host.limit = Infinity;
    const again = await resumed(engine);
    if (again.state().status === "idle") {
      assert.ok(!reply?.ok, `lost at change ${n}`);
      await submitted(again);
    }
    assert.equal(again.state().status, "done", `after dying at change ${n} of ${total}`);
    const left = await again.host.readText(PATHS.setupInputs);
    assert.ok(!left?.includes(INPUTS.adminPassword), `password left, change ${n}`);
    assert.equal(again.setup.view().steps.filter((it) => it.status === "done").length, 8, `change ${n}`);
  }
});

Deno.test("Dying at every change of a second submit, no step runs with answers that were not checked and shown", async () => {
  const second = { ...INPUTS, tenantName: "Second", appUrl: "https://second.example.com" };
  const kept = new Set<string>();
  const whole = await startEngine();
  whole.trouble.set("k3s", broken);
  await submitted(whole);
  const first = whole.host.record.length;
  await submitted(whole, second);
  await whole.setup.stop();
  const total = whole.host.record.length - first;
  for (let n = 1; n <= total; n++) {
    const host = new DyingHost(Infinity);
    const engine = await startEngine(host);
    engine.trouble.set("k3s", broken);
    await submitted(engine);
    const start = host.record.length;
    host.limit = start + n;
    await engine.setup.submit(second, BY).catch(() => {});
    await settle(engine);
    const again = await engine.restart();
    const wrong: string[] = [];
    again.trouble.set("k3s", ({ inputs }) => {
      const entries = again.journal.entries();
      const asked = entries.findLastIndex((it) => it.type === "setup.requested");
      if (!entries.slice(asked).some((it) => it.type === "setup.checked")) wrong.push("not checked");
      const shown = again.setup.view().answers.find((it) => it.field === "tenantName")?.value;
      if (inputs.tenantName !== shown) wrong.push(`not shown: the page says ${shown}`);
      if (again.setup.given()?.appUrl !== inputs.appUrl) wrong.push("not in the form");
      kept.add(inputs.tenantName);
      return Promise.resolve();
    });
    await again.setup.resume();
    await settle(again);
    await nextAttempt(again);
    assert.deepEqual(wrong, [], `change ${n}`);
    assert.equal(again.state().status, "done", `change ${n}`);
  }
  assert.deepEqual([...kept].sort(), ["Example MSP", "Second"], "both sides of the border were met");
});

/** From the n-th change on nothing reaches the disk. */
class DyingHost extends FakeHost {
  constructor(public limit: number) {
    super();
    const push = this.record.push.bind(this.record);
    this.record.push = (...items: string[]) => {
      if (this.record.length + 1 >= this.limit) throw new Error("killed");
      return push(...items);
    };
  }
}
