import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import { RegistryError } from "../../../agent/registry/errors.ts";
import { foldSetup } from "../../../agent/setup/fold_setup.ts";
import { broken, BY, endless, nextAttempt, settle, startEngine, submitted } from "./engine.ts";

const unreachable = () => Promise.reject(new RegistryError("tcp", "ghcr.io", "Cannot reach ghcr.io"));

Deno.test("A failed step is tried again after 15, 30, 60, 120, 240, 300 … s, ten times, then no more", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  const waits: number[] = [];
  for (let i = 0; i < 20; i++) {
    const state = engine.state();
    if (state.status !== "failed" || !state.nextAttemptAt) break;
    waits.push((Date.parse(state.nextAttemptAt) - engine.clock.nowMs()) / 1000);
    await nextAttempt(engine);
  }
  assert.deepEqual(waits, [15, 30, 60, 120, 240, 300, 300, 300, 300, 300]);
  assert.equal(engine.runs.filter((it) => it === "k3s").length, 11);
  assert.equal(engine.state().status, "failed");
});

Deno.test("A failure that no attempt can fix is not tried again by itself", async () => {
  const engine = await startEngine();
  const hopeless = new AgentError("RELEASE_INVALID", "It is not a release", { retrySafe: false });
  engine.trouble.set("k3s", () => Promise.reject(hopeless));
  await submitted(engine);
  const state = engine.state();
  assert.ok(state.status === "failed" && state.nextAttemptAt === undefined);
  await engine.clock.advance(3_600_000);
  await settle(engine);
  assert.equal(engine.runs.filter((it) => it === "k3s").length, 1);
});

Deno.test("The attempts are counted on although an earlier step had to be done again", async () => {
  const engine = await startEngine();
  engine.trouble.set("flux", () => {
    engine.world.delete("storage"); // flaps each time, for example a provisioner that is not Available just now
    return broken();
  });
  await submitted(engine);
  for (let i = 0; i < 30 && await nextAttempt(engine); i++);
  assert.equal(engine.runs.filter((it) => it === "flux").length, 11);
});

Deno.test("retry() by a person begins the count of attempts again", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  while (await nextAttempt(engine));
  assert.deepEqual(await engine.setup.retry(BY), { ok: true });
  await settle(engine);
  const state = engine.state();
  assert.ok(state.status === "failed" && state.nextAttemptAt);
  assert.equal(Date.parse(state.nextAttemptAt) - engine.clock.nowMs(), 15_000);
});

Deno.test("retry() while the next attempt is waited for begins it at once, and only once", async () => {
  const engine = await startEngine();
  let times = 0;
  engine.trouble.set("k3s", () => times++ === 0 ? broken() : Promise.resolve());
  await submitted(engine);
  assert.deepEqual(await engine.setup.retry(BY), { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "done");
  await engine.clock.advance(600_000);
  assert.equal(engine.runs.filter((it) => it === "k3s").length, 2);
});

Deno.test("retry() answers at once, not when the step has ended", async () => {
  const engine = await startEngine();
  let times = 0;
  engine.trouble.set("k3s", (context) => times++ === 0 ? broken() : endless(context));
  await submitted(engine);
  assert.deepEqual(await engine.setup.retry(BY), { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "running");
  await engine.setup.stop();
});

Deno.test("retry() asked the very moment a failure is shown starts the step again", async () => {
  const engine = await startEngine();
  let times = 0;
  engine.trouble.set("k3s", () => times++ === 0 ? broken() : Promise.resolve());
  let asked = false;
  engine.setup.subscribe(() => {
    if (asked || engine.state().status !== "failed") return;
    asked = true;
    void engine.setup.retry(BY);
  });
  await submitted(engine);
  assert.equal(engine.state().status, "done");
});

Deno.test("retry() asked the very moment the last attempt failed starts the step again", async () => {
  const engine = await startEngine();
  let isHopeless = true;
  const hopeless = new AgentError("RELEASE_INVALID", "It is not a release", { retrySafe: false });
  engine.trouble.set("k3s", () => isHopeless ? Promise.reject(hopeless) : Promise.resolve());
  let reply: Promise<unknown> | undefined;
  engine.setup.subscribe(() => {
    if (reply || engine.state().status !== "failed") return;
    isHopeless = false;
    reply = engine.setup.retry(BY);
  });
  await submitted(engine);
  assert.deepEqual(await reply, { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "done");
});

Deno.test("A network failure is tried again only once the registry answers; a failed probe uses up no attempt", async () => {
  const engine = await startEngine();
  engine.network.isUp = false;
  engine.trouble.set("resolve", unreachable);
  await submitted(engine);
  for (let i = 0; i < 30; i++) assert.ok(await nextAttempt(engine));
  assert.equal(engine.runs.filter((it) => it === "resolve").length, 1);
  assert.equal(engine.network.probes, 30);
  const waiting = engine.state();
  assert.ok(waiting.status === "failed" && waiting.nextAttemptAt);
  assert.equal(Date.parse(waiting.nextAttemptAt) - engine.clock.nowMs(), 15_000);

  engine.network.isUp = true;
  await nextAttempt(engine);
  assert.equal(engine.runs.filter((it) => it === "resolve").length, 2);
  const again = engine.state();
  assert.ok(again.status === "failed" && again.nextAttemptAt);
  assert.equal(
    Date.parse(again.nextAttemptAt) - engine.clock.nowMs(),
    30_000,
    "the second wait, not a later one",
  );

  engine.trouble.clear();
  await nextAttempt(engine);
  assert.equal(engine.state().status, "done");
});

Deno.test("A failure of k3s is tried again without asking the network", async () => {
  const engine = await startEngine();
  engine.network.isUp = false;
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  await nextAttempt(engine);
  assert.equal(engine.network.probes, 0);
  assert.equal(engine.runs.filter((it) => it === "k3s").length, 2);
});

Deno.test("A person does not wait for the probe of the network", async () => {
  const engine = await startEngine();
  engine.network.isUp = false;
  engine.trouble.set("resolve", unreachable);
  await submitted(engine);
  await nextAttempt(engine);
  engine.trouble.clear();
  assert.deepEqual(await engine.setup.retry(BY), { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "done");
});

Deno.test("A person who asks during a probe is heard whatever it finds, and the attempt is theirs", async () => {
  for (const isUp of [true, false]) {
    const engine = await startEngine();
    const probe = Promise.withResolvers<void>();
    engine.trouble.set("resolve", unreachable);
    await submitted(engine);
    engine.network.slow = probe.promise;
    await nextAttempt(engine);
    assert.equal(engine.network.probes, 1);
    assert.deepEqual(await engine.setup.retry(BY), { ok: true });
    engine.network.isUp = isUp;
    probe.resolve();
    await settle(engine);
    assert.equal(engine.runs.filter((it) => it === "resolve").length, 2);
    assert.equal(foldSetup(engine.journal.entries()).attempts, 0, "a person's attempt is not counted");
    const state = engine.state();
    assert.ok(state.status === "failed" && state.nextAttemptAt);
    assert.equal(Date.parse(state.nextAttemptAt) - engine.clock.nowMs(), 15_000);
    engine.network.isUp = true;
    await nextAttempt(engine);
    assert.equal(engine.runs.filter((it) => it === "resolve").length, 3, "later attempts come by themselves");
    assert.equal(foldSetup(engine.journal.entries()).attempts, 1);
  }
});

Deno.test("A registry that names a time to wait is not asked sooner", async () => {
  const engine = await startEngine();
  const tooMany = new RegistryError("rate-limited", "ghcr.io", "ghcr.io limits requests", {
    status: 429,
    retryAfterMs: 600_000,
  });
  engine.trouble.set("resolve", () => Promise.reject(tooMany));
  await submitted(engine);
  const state = engine.state();
  assert.ok(state.status === "failed" && state.nextAttemptAt);
  assert.equal(Date.parse(state.nextAttemptAt) - engine.clock.nowMs(), 600_000);
});
