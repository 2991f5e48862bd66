import assert from "node:assert/strict";
import { writeSelection } from "../../../agent/setup/release_selection.ts";
import { STEP_IDS } from "../../../agent/setup/setup_state.ts";
import { sampleRelease } from "./steps/step_world.ts";
import { endless, INPUTS, startEngine, submitted } from "./engine.ts";

Deno.test("A step gets the release once the resolve step has kept one, and the view shows it", async () => {
  const engine = await startEngine();
  let before: unknown;
  let after = "";
  const resolved = sampleRelease();
  engine.trouble.set("preflight", async (context) => {
    before = await context.release().catch((error) => error.code);
  });
  engine.trouble.set("resolve", ({ host, clock, inputs }) => writeSelection(host, clock, resolved, inputs));
  engine.trouble.set("k3s", async (context) => {
    assert.equal(engine.setup.view().release?.version, "1.4.0", "shown before anybody needs it");
    after = (await context.release()).manifest.version;
  });
  await submitted(engine);
  assert.deepEqual([before, after], ["RELEASE_INVALID", "1.4.0"]);
  assert.deepEqual(engine.setup.view().release, {
    version: "1.4.0",
    channel: "stable",
    manifestDigest: resolved.manifestDigest,
  });
  const again = await engine.restart();
  assert.equal(again.setup.view().release?.version, "1.4.0");
});

Deno.test("What one step said is not shown as the next one's", async () => {
  const engine = await startEngine();
  const seen: unknown[] = [];
  const look = () => {
    const state = engine.state();
    seen.push(state.status === "running" && state.message);
    const rows = engine.setup.view().steps.filter((it) => it.message !== undefined);
    seen.push(rows.map((it) => `${it.id}: ${it.message}`).join());
  };
  engine.trouble.set("k3s", ({ say }) => Promise.resolve(say("Installing")).then(look));
  engine.trouble.set("storage", () => Promise.resolve(look()));
  await submitted(engine);
  assert.deepEqual(seen, ["Installing", "k3s: Installing", "", ""]);
});

Deno.test("view() is made once for many readers, and again after a change", async () => {
  const engine = await startEngine();
  const before = engine.setup.view();
  assert.equal(engine.setup.view(), before);
  await submitted(engine);
  assert.notEqual(engine.setup.view(), before);
});

Deno.test("given() tells no password, neither the administrator's nor the proxy's", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", endless);
  await submitted(engine, { proxyUrl: "http://user:Geheim-77@proxy.example:3128" });
  const given = JSON.stringify(engine.setup.given());
  assert.ok(!given.includes("Geheim-77") && !given.includes(INPUTS.adminPassword), given);
  assert.equal(engine.setup.given()?.proxyUrl, "http://proxy.example:3128");
  const view = JSON.stringify(engine.setup.view());
  assert.ok(!view.includes("Geheim-77") && !view.includes(INPUTS.adminPassword), view);
  assert.ok(!JSON.stringify(engine.journal.entries()).includes("Geheim-77"));
  await engine.setup.stop();
});

Deno.test("The log keeps the newest 200 lines, each with its step", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", ({ say }) => {
    for (let i = 1; i <= 250; i++) say(`line ${i}`);
    return Promise.resolve();
  });
  await submitted(engine);
  const { log } = engine.setup.view();
  assert.equal(log.length, 200);
  assert.deepEqual([log.at(-1)?.text, log.at(-1)?.stepId], ["line 250", "k3s"]);
});

Deno.test("subscribe() tells every change until it is ended", async () => {
  const engine = await startEngine();
  let calls = 0;
  let ended = 0;
  engine.setup.subscribe(() => calls++);
  engine.setup.subscribe(() => ended++)();
  engine.trouble.set("k3s", ({ say }) => Promise.resolve(say("working")));
  await submitted(engine);
  assert.ok(calls > STEP_IDS.length);
  assert.equal(ended, 0);
});
