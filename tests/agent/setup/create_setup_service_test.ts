import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import { writeSelection } from "../../../agent/setup/release_selection.ts";
import { STEP_IDS } from "../../../agent/setup/setup_state.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { sampleRelease } from "./steps/step_world.ts";
import { broken, BY, endless, finding, INPUTS, settle, startEngine, submitted } from "./engine.ts";

Deno.test("submit() walks all steps in order and ends done", async () => {
  const engine = await submitted(await startEngine());
  assert.deepEqual(engine.runs, [...STEP_IDS]);
  assert.equal(engine.state().status, "done");
  assert.ok(engine.setup.view().steps.every((it) => it.status === "done"));
  assert.equal(await engine.host.readText(PATHS.operationLock), undefined);
  assert.equal(engine.network.closed, 1, "connections of this walk are closed");
});

Deno.test("A step that ends well without its result in the world has failed", async () => {
  const engine = await startEngine();
  engine.world.add = (id) => id === "k3s" ? engine.world : Set.prototype.add.call(engine.world, id);
  await submitted(engine);
  const state = engine.state();
  assert.ok(state.status === "failed" && state.stepId === "k3s");
  assert.equal(state.failure.message, '"Do k3s" ended, but its result is not there');
  await engine.setup.stop();
});

Deno.test("submit() forgets the release that was chosen for the old answers", async () => {
  const engine = await startEngine();
  engine.trouble.set(
    "resolve",
    ({ host, clock, inputs }) => writeSelection(host, clock, sampleRelease(), inputs),
  );
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  assert.ok(engine.setup.view().release);
  engine.world.delete("resolve");
  engine.trouble.set("resolve", broken);
  await submitted(engine, { channel: "nightly" });
  assert.equal(engine.setup.view().release, undefined);
  assert.equal(await engine.host.info(PATHS.releaseSelection), undefined);
  await engine.setup.stop();
});

Deno.test("submit() keeps the answers 0600, and no file holds the password once it is done", async () => {
  const engine = await startEngine();
  let during: string | undefined;
  engine.trouble.set("values", async () => void (during = await engine.host.readText(PATHS.setupInputs)));
  await submitted(engine);
  assert.ok(during?.includes(INPUTS.adminPassword), "the values step needs it");
  assert.equal(engine.host.files.get(PATHS.setupInputs)?.mode, 0o600);
  for (const [path, file] of engine.host.files) {
    assert.ok(!new TextDecoder().decode(file.bytes).includes(INPUTS.adminPassword), path);
  }
});

Deno.test("submit() stores the inputs before the journal says that setup was asked for", async () => {
  const engine = await startEngine();
  await engine.setup.submit(INPUTS, BY);
  const changes = engine.host.record.filter((it) => /^(write .*setup-inputs|append)/.test(it));
  assert.match(changes[0] ?? "", /setup-inputs.json 600/);
  await settle(engine);
});

Deno.test("submit() while setup runs is refused and names the holder", async () => {
  const engine = await startEngine();
  engine.trouble.set("flux", endless);
  await submitted(engine);
  const second = await engine.setup.submit(INPUTS, { by: "console" });
  assert.ok(!second.ok && second.reason === "locked" && second.holder === BY.by);
  await engine.setup.stop();
});

Deno.test("submit() after the first company was written is refused", async () => {
  const engine = await startEngine();
  engine.trouble.set("source", broken);
  await submitted(engine);
  assert.deepEqual(await engine.setup.submit(INPUTS, BY), { ok: false, reason: "already-done" });
  await engine.setup.stop();
});

Deno.test("submit() while a failed step waits starts again with the new answers", async () => {
  const engine = await startEngine();
  engine.trouble.set("resolve", broken);
  await submitted(engine);
  engine.trouble.clear();
  engine.runs.length = 0;
  await submitted(engine, { appUrl: "https://other.example.com" });
  assert.equal(engine.state().status, "done");
  assert.deepEqual(engine.runs, [...STEP_IDS]);
  assert.equal(engine.setup.given()?.appUrl, "https://other.example.com");
});

Deno.test("submit() at the very moment a failure is shown does not wait for the old answers' next attempt", async () => {
  const engine = await startEngine();
  let times = 0;
  engine.trouble.set("k3s", () => times++ === 0 ? broken() : Promise.resolve());
  let asked = false;
  engine.setup.subscribe(() => {
    if (asked || engine.state().status !== "failed") return;
    asked = true;
    void engine.setup.submit({ ...INPUTS, tenantName: "Second" }, BY);
  });
  await submitted(engine);
  assert.equal(engine.state().status, "done");
  assert.equal(engine.setup.given()?.tenantName, "Second");
});

Deno.test("submit() with checksOnly ends after the checks and changes nothing", async () => {
  const engine = await submitted(await startEngine(), {}, { checksOnly: true });
  assert.equal(engine.state().status, "checked");
  assert.deepEqual(engine.runs, ["preflight"]);
  engine.findings.push(finding("hw.memory"));
  assert.deepEqual(await engine.setup.recheck(BY), { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "checked");
});

Deno.test("A finding blocks before anything else runs, and recheck() goes on once it is fixed", async () => {
  const engine = await startEngine();
  engine.findings.push(finding("hw.memory"));
  await submitted(engine);
  assert.equal(engine.state().status, "blocked");
  assert.deepEqual(engine.setup.view().preflight?.results.map((it) => it.id), ["hw.memory"]);
  assert.deepEqual(engine.runs, ["preflight"]);
  engine.findings.length = 0;
  assert.deepEqual(await engine.setup.recheck(BY), { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "done");
});

Deno.test("acknowledge() of every open finding goes on and is kept with what was found", async () => {
  const engine = await startEngine();
  engine.findings.push(finding("hw.memory"), finding("hw.cpu", { found: "2 cores" }));
  await submitted(engine);
  const reply = await engine.setup.acknowledge(["hw.memory"], BY);
  assert.deepEqual(reply, { ok: false, reason: "needs-acknowledgement", checkIds: ["hw.cpu"] });
  assert.equal(engine.state().status, "blocked");
  assert.deepEqual(await engine.setup.acknowledge(["hw.memory", "hw.cpu"], BY), { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "done");
  assert.deepEqual(engine.setup.view().acknowledgements.map((it) => [it.checkId, it.found]), [
    ["hw.memory", "8 GiB"],
    ["hw.cpu", "2 cores"],
  ]);
});

Deno.test("acknowledge() of a finding that must be fixed is refused", async () => {
  const engine = await startEngine();
  engine.findings.push(finding("os.arch", { overridable: false }), finding("hw.memory"));
  await submitted(engine);
  assert.deepEqual(await engine.setup.acknowledge(["os.arch", "hw.memory"], BY), {
    ok: false,
    reason: "not-overridable",
    checkIds: ["os.arch"],
  });
  assert.equal(engine.setup.view().acknowledgements.length, 0);
});

Deno.test("acknowledge() of what no check is called is refused with what waits, and accepts nothing", async () => {
  const engine = await startEngine();
  engine.findings.push(finding("hw.memory"));
  await submitted(engine);
  assert.deepEqual(await engine.setup.acknowledge(["hw.memory", "hw.memry"], BY), {
    ok: false,
    reason: "unknown-checks",
    checkIds: ["hw.memry"],
    known: ["hw.memory"],
  });
  assert.deepEqual([engine.state().status, engine.setup.view().acknowledgements], ["blocked", []]);
});

Deno.test("recheck(), acknowledge() and retry() are refused where they make no sense", async () => {
  const engine = await startEngine();
  const refused = { ok: false, reason: "not-blocked" };
  assert.deepEqual(await engine.setup.recheck(BY), refused);
  assert.deepEqual(await engine.setup.acknowledge([], BY), refused);
  assert.deepEqual(await engine.setup.retry(BY), refused);
  await submitted(engine);
  assert.deepEqual(await engine.setup.retry(BY), refused);
  assert.deepEqual(await engine.setup.submit(INPUTS, BY), { ok: false, reason: "already-done" });
});

Deno.test("Requests made at the very moment the checks block are not refused as locked", async () => {
  for (const ask of ["recheck", "acknowledge", "submit"] as const) {
    const engine = await startEngine();
    engine.findings.push(finding("hw.memory"));
    let reply: Promise<unknown> | undefined;
    engine.setup.subscribe(() => {
      if (reply || engine.state().status !== "blocked") return;
      if (ask !== "acknowledge") engine.findings.length = 0;
      reply = ask === "recheck"
        ? engine.setup.recheck(BY)
        : ask === "acknowledge"
        ? engine.setup.acknowledge(["hw.memory"], BY)
        : engine.setup.submit(INPUTS, BY);
    });
    await submitted(engine);
    assert.deepEqual(await reply, { ok: true }, ask);
    await settle(engine);
    assert.equal(engine.state().status, "done", ask);
  }
});

for (const ask of ["submit", "recheck", "acknowledge", "retry"] as const) {
  Deno.test(`${ask}() while the last walk still gives the lock back waits for it`, async () => {
    const engine = await startEngine();
    const gate = Promise.withResolvers<void>();
    const lockFile = engine.host.lockFile.bind(engine.host);
    engine.host.lockFile = async (path, options) => {
      const lock = await lockFile(path, options);
      return { ...lock, release: () => gate.promise.then(() => lock.release()) };
    };
    const hopeless = new AgentError("RELEASE_INVALID", "It is not a release", { retrySafe: false });
    if (ask === "retry" || ask === "submit") engine.trouble.set("k3s", () => Promise.reject(hopeless));
    else engine.findings.push(finding("hw.memory"));
    await submitted(engine);
    engine.trouble.clear();
    if (ask === "recheck") engine.findings.length = 0;
    const reply = ask === "submit"
      ? engine.setup.submit(INPUTS, BY)
      : ask === "acknowledge"
      ? engine.setup.acknowledge(["hw.memory"], BY)
      : engine.setup[ask](BY);
    await settle(engine);
    gate.resolve();
    assert.deepEqual(await reply, { ok: true });
    await settle(engine);
    assert.equal(engine.state().status, "done");
  });
}

Deno.test("A full disk is told, and setup goes on by itself when there is room again", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", () => {
    engine.host.writeError = "no space left on device";
    return Promise.resolve();
  });
  const told: string[] = [];
  engine.setup.subscribe(() => told.push(engine.state().status));
  await submitted(engine);
  assert.equal(told.at(-1), "failed");
  const state = engine.state();
  assert.ok(state.status === "failed" && state.failure.code === "STATE_WRITE_FAILED", JSON.stringify(state));
  assert.ok(state.nextAttemptAt);
  engine.host.writeError = undefined;
  engine.trouble.clear();
  await engine.clock.advance(60_000);
  await settle(engine);
  assert.equal(engine.state().status, "done");
  assert.equal(await engine.host.readText(PATHS.operationLock), undefined);
});

Deno.test("submit() that cannot be written leaves the old answers' next attempt to come by itself", async () => {
  // Each change of the disk that a second submit makes, as the first one that fails.
  for (let n = 0; n < 4; n++) {
    const engine = await startEngine();
    engine.trouble.set("k3s", broken);
    await submitted(engine);
    const { host } = engine;
    let left = n;
    const push = host.record.push.bind(host.record);
    host.record.push = (...items: string[]) => {
      if (left-- <= 0) host.writeError = "no space left on device";
      return push(...items);
    };
    const reply = await engine.setup.submit({ ...INPUTS, tenantName: "Second" }, BY).catch((error) => error);
    const isTaken = reply.ok === true;
    await settle(engine);
    host.record.push = push;
    host.writeError = undefined;
    engine.trouble.clear();
    await engine.clock.advance(3_600_000);
    await settle(engine);
    assert.equal(engine.state().status, "done", `change ${n}`);
    const name = engine.setup.view().answers.find((it) => it.field === "tenantName")?.value;
    assert.equal(name, isTaken ? "Second" : INPUTS.tenantName, `change ${n}`);
    assert.equal(engine.setup.given()?.tenantName, name, `change ${n}`);
  }
});

Deno.test("submit() that is taken although the derived file cannot be written says so, and goes on", async () => {
  const engine = await startEngine();
  const write = engine.host.writeFile.bind(engine.host);
  let isFull = true;
  engine.host.writeFile = (path, data, options) =>
    isFull && path === PATHS.installState ? Promise.reject(new Error("full")) : write(path, data, options);
  await submitted(engine);
  assert.equal(engine.state().status, "failed", "the file that others read is old");
  isFull = false;
  await engine.clock.advance(60_000);
  await settle(engine);
  assert.equal(engine.state().status, "done");
  assert.match(await engine.host.readText(PATHS.installState) ?? "", /release-config-complete/);
});

Deno.test("Of two that ask while a failed step waits the second is told who was first", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  engine.trouble.set("k3s", endless);
  const [first, second] = await Promise.all([
    engine.setup.submit({ ...INPUTS, tenantName: "Second" }, { by: "browser 192.0.2.8" }),
    engine.setup.submit({ ...INPUTS, tenantName: "Third" }, { by: "browser 192.0.2.9" }),
  ]);
  assert.deepEqual(first, { ok: true });
  assert.ok(!second.ok && second.reason === "locked" && second.holder === "browser 192.0.2.8");
  const third = await engine.setup.submit(INPUTS, BY);
  assert.ok(!third.ok && third.reason === "locked" && third.holder === "browser 192.0.2.8");
  assert.equal(engine.setup.given()?.tenantName, "Second");
  await engine.setup.stop();
});

Deno.test("install() after checks alone runs them again and installs with the same answers", async () => {
  const engine = await submitted(await startEngine(), {}, { checksOnly: true });
  assert.equal(engine.state().status, "checked");
  assert.deepEqual(engine.runs, ["preflight"]);
  assert.deepEqual(await engine.setup.install(BY), { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "done");
  assert.deepEqual(engine.runs, ["preflight", ...STEP_IDS]);
  assert.equal(engine.setup.view().answers.find((it) => it.field === "appUrl")?.value, INPUTS.appUrl);
});

Deno.test("install() asks for an acceptance when the checks now find something", async () => {
  const engine = await submitted(await startEngine(), {}, { checksOnly: true });
  engine.findings.push(finding("hw.memory"));
  assert.deepEqual(await engine.setup.install(BY), { ok: true });
  await settle(engine);
  assert.equal(engine.state().status, "blocked");
});

Deno.test("install() is refused where no checks were run alone", async () => {
  const engine = await startEngine();
  assert.deepEqual(await engine.setup.install(BY), { ok: false, reason: "not-blocked" });
  await submitted(engine);
  assert.deepEqual(await engine.setup.install(BY), { ok: false, reason: "already-done" });
});

Deno.test("The report of the checks and what was accepted are there after everything is done, and after a restart", async () => {
  const engine = await startEngine();
  engine.findings.push(finding("hw.memory"));
  await submitted(engine);
  await engine.setup.acknowledge(["hw.memory"], BY);
  await settle(engine);
  assert.equal(engine.state().status, "done");
  for (const { setup } of [engine, await engine.restart()]) {
    const { preflight, acknowledgements } = setup.view();
    assert.equal(preflight?.results[0]?.found, "8 GiB");
    assert.deepEqual(acknowledgements.map((it) => [it.checkId, it.by, it.found]), [[
      "hw.memory",
      BY.by,
      "8 GiB",
    ]]);
  }
});

Deno.test("a draft outlives a restart without its password, and ends when answers are submitted", async () => {
  const engine = await startEngine();
  await engine.setup.keepDraft(INPUTS);
  const again = await engine.restart();
  assert.equal((await again.setup.draft())?.answers.tenantName, INPUTS.tenantName);
  assert.deepEqual(again.setup.secrets(), { adminPassword: "", proxyUrl: "" });
  await submitted(again);
  assert.equal(await again.setup.draft(), undefined);
});

Deno.test("secrets() gives what was submitted until the cluster holds it", async () => {
  const engine = await submitted(await startEngine(), {}, { checksOnly: true });
  assert.equal(engine.setup.secrets().adminPassword, INPUTS.adminPassword);
  assert.ok(!JSON.stringify([engine.setup.view(), engine.setup.given()]).includes(INPUTS.adminPassword));
  await engine.setup.install(BY);
  await settle(engine);
  assert.equal(engine.setup.secrets().adminPassword, "");
});
