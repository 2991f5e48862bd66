import assert from "node:assert/strict";
import { TRIAL_MS } from "../../../../agent/operation/trial_ms.ts";
import type { CheckResult } from "../../../../agent/preflight/mod.ts";
import { settingsGate } from "../../../../agent/settings/gate.ts";
import type { SettingsChange } from "../../../../agent/settings/settings.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { type Agent, ended, merged, OPEN_GATE, startAgent, withCluster } from "../settings_agent.ts";

const BY = { by: "browser 192.0.2.7" };
const OLD = "nameserver 192.0.2.53\n";
const NEW = "nameserver 192.0.2.1\n";
const CHANGE: SettingsChange = {
  dnsMode: "custom",
  dnsServers: ["192.0.2.1"],
  proxyUrl: "http://maria:Geheim-7@192.0.2.8:3128",
};
const SILENT: CheckResult = {
  id: "dns.resolve",
  title: "",
  vantage: "containerd",
  status: "fail",
  overridable: true,
  expected: "",
  found: "no answer from 192.0.2.1",
  remediation: "",
  durationMs: 0,
};

/** A check whose looks find what this says; the first look is that before the trial. */
function gateOf(look: (count: number) => Promise<CheckResult[]> | CheckResult[]): typeof settingsGate {
  let count = 0;
  return {
    ...settingsGate,
    check: async () => ({ startedAt: "", finishedAt: "", results: await look(++count) }),
  };
}

/** Waits until the change goes no further by itself. */
async function settled({ settings }: Agent) {
  for (let turn = 0; turn < 20_000; turn++) {
    const { state } = settings.view().operation;
    if (state.status !== "running") return state;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error("it does not end");
}

async function files({ host }: Agent): Promise<(string | undefined)[]> {
  return [await host.readText(PATHS.k3sResolvConf), await host.readText(PATHS.k3sEnvironment)];
}

Deno.test("servers and a proxy that never answer are back after the trial, and nothing has read them", async () => {
  await withCluster(async (world) => {
    const startedMs = world.clock.nowMs();
    const inTrial: unknown[] = [];
    const gate = gateOf(async (count) => {
      if (count === 1) return [];
      inTrial.push(await files(agent));
      return [SILENT];
    });
    const agent = await startAgent(world, world.host, { gate });
    await agent.settings.apply(await merged(agent.settings, CHANGE), BY);
    const state = await settled(agent);
    assert.ok(state.status === "failed" && state.stepId === "try", JSON.stringify(state));
    assert.match(state.failure.details ?? "", /no answer from 192\.0\.2\.1/);
    const [resolvConf, environment] = inTrial[0] as string[];
    assert.equal(resolvConf, NEW);
    assert.match(environment ?? "", /192\.0\.2\.8:3128/);
    assert.ok(world.clock.nowMs() - startedMs >= TRIAL_MS);
    assert.deepEqual(await files(agent), [OLD, ""]);
    assert.equal((await agent.settings.current())?.dnsMode, "system");
    assert.deepEqual(agent.settings.view().operation.owed, []);
    assert.ok(!world.host.record.some((it) => it.includes("restart k3s")));
    assert.ok(!JSON.stringify(agent.journal.entries()).includes("Geheim"));
    await agent.kill();
  });
});

Deno.test("an answer within the trial keeps them", async () => {
  await withCluster(async (world) => {
    const gate = gateOf((count) => count === 2 || count === 3 ? [SILENT] : []);
    const agent = await startAgent(world, world.host, { gate });
    await agent.settings.apply(await merged(agent.settings, CHANGE), BY);
    assert.equal((await ended(agent)).status, "done");
    assert.equal((await files(agent))[0], NEW);
    assert.deepEqual(agent.settings.view().operation.owed, []);
    await agent.kill();
  });
});

Deno.test("killed within the trial, the old ones are back before the agent goes on, and the trial begins again", async () => {
  await withCluster(async (world) => {
    const reached = Promise.withResolvers<void>();
    const gate = gateOf((count) => {
      if (count === 1) return [];
      reached.resolve();
      return new Promise<never>(() => {});
    });
    const first = await startAgent(world, world.host, { gate });
    await first.settings.apply(await merged(first.settings, CHANGE), BY);
    await reached.promise;
    assert.equal((await files(first))[0], NEW);
    const disk = await first.kill();
    assert.equal(await disk.readText(PATHS.k3sResolvConf), NEW, "the kill itself puts nothing right");

    const second = await startAgent(world, disk, { resumes: false });
    assert.deepEqual(await files(second), [OLD, ""]);
    assert.equal((await second.settings.current())?.proxyUrl, "");
    const third = await startAgent(world, await second.kill(), { gate: OPEN_GATE });
    assert.equal((await ended(third)).status, "done");
    assert.equal((await files(third))[0], NEW);
    await third.kill();
  });
});

Deno.test("what a person has accepted at the check is not waited for", async () => {
  await withCluster(async (world) => {
    const agent = await startAgent(world, world.host, { gate: gateOf(() => [SILENT]) });
    const { settings } = agent;
    await settings.apply(await merged(settings, CHANGE), BY);
    assert.equal((await settled(agent)).status, "blocked");
    assert.deepEqual(await settings.accept(["dns.resolve"], BY), { ok: true });
    assert.equal((await ended(agent)).status, "done");
    await agent.kill();
  });
});

Deno.test("a change of something else is not on trial", async () => {
  await withCluster(async (world) => {
    let looks = 0;
    const agent = await startAgent(world, world.host, { gate: gateOf(() => (looks++, [])) });
    await agent.settings.apply(await merged(agent.settings, { channel: "nightly" }), BY);
    assert.equal((await ended(agent)).status, "done");
    console.log(
      JSON.stringify(agent.settings.view().operation.log),
      JSON.stringify(agent.journal.entries().map((it) => [it.type, it.data.stepId])),
    );
    assert.equal(looks, 1);
    await agent.kill();
  });
});
