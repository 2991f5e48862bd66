import assert from "node:assert/strict";
import { LinkSettings } from "../../../agent/network/link_settings.ts";
import type { NetworkService } from "../../../agent/network/network_service.ts";
import { TRIAL_MS } from "../../../agent/operation/trial_ms.ts";
import type { KubeClient } from "../../../k8s/mod.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { startMortalProcess } from "../operation/mortal_process.ts";
import { LEASED, Machine, OUR_FILE, startAgent } from "./network_world.ts";

const BY = { by: "browser 192.0.2.7" };
const FIXED = LinkSettings.parse({
  link: "ens18",
  method: "static",
  address: "192.168.64.50/24",
  gateway: "192.168.64.1",
  dnsServers: "192.168.64.1",
});

async function withAgent(
  run: (agent: { network: NetworkService; machine: Machine; host: FakeHost }) => Promise<void>,
  { hasKubernetes = false, host = new FakeHost() } = {},
): Promise<void> {
  const machine = new Machine();
  const { network, stop } = await startAgent(machine, host, hasKubernetes);
  try {
    await run({ network, machine, host });
  } finally {
    await stop();
  }
}

/** Lets the steps run as far as they come within this time. */
async function pass(machine: Machine, ms: number): Promise<void> {
  for (let i = 0; i < 10; i++) await machine.clock.advance(ms / 10);
}

const status = async (network: NetworkService) => (await network.look()).operation.state;

Deno.test("a fixed address that is kept stays, and nothing is owed any more", () =>
  withAgent(async ({ network, machine, host }) => {
    assert.deepEqual(await network.change(FIXED, BY), { ok: true });
    await pass(machine, 5_000);
    assert.equal(machine.now.address, "192.168.64.50");
    const { trial, operation } = await network.look();
    assert.match(trial?.mark ?? "", /^[0-9a-f]{32}$/);
    assert.equal(operation.owed.length, 1);
    assert.deepEqual(network.keep(), { ok: true });
    await pass(machine, 1_000);
    assert.equal((await status(network)).status, "done");
    assert.deepEqual((await network.look()).operation.owed, []);
    await pass(machine, 2 * TRIAL_MS);
    assert.equal(machine.now.address, "192.168.64.50");
    assert.equal(host.files.get(OUR_FILE)?.mode, 0o600);
  }));

Deno.test("what the link does not have yet cannot be kept", () =>
  withAgent(async ({ network, machine }) => {
    await network.change(FIXED, BY);
    await pass(machine, 1_000);
    assert.ok((await network.look()).trial);
    assert.equal(machine.now.address, LEASED);
    assert.deepEqual(network.keep(), { ok: false, reason: "not-taken-up" });
    await pass(machine, 4_000);
    assert.deepEqual(network.keep(), { ok: true });
    await pass(machine, 1_000);
    assert.equal(machine.now.address, "192.168.64.50");
    assert.equal((await status(network)).status, "done");
  }));

Deno.test("what somebody takes back before the link has it is back as well", () =>
  withAgent(async ({ network, machine, host }) => {
    await network.change(FIXED, BY);
    await pass(machine, 1_000);
    assert.deepEqual(network.takeBack(), { ok: true });
    await pass(machine, 5_000);
    assert.deepEqual([machine.now.address, host.files.has(OUR_FILE)], [LEASED, false]);
    assert.equal((await status(network)).status, "failed");
  }));

Deno.test("what nobody keeps in time is taken back, file and address", () =>
  withAgent(async ({ network, machine, host }) => {
    await network.change(FIXED, BY);
    await pass(machine, 5_000);
    assert.equal(machine.now.address, "192.168.64.50");
    await pass(machine, TRIAL_MS);
    assert.equal(machine.now.address, LEASED);
    assert.equal(host.files.has(OUR_FILE), false);
    const state = await status(network);
    assert.ok(state.status === "failed");
    assert.match(state.failure.message, /Nobody kept the new settings in time, so the old ones count again/);
    assert.deepEqual(network.keep(), { ok: false, reason: "no-trial" });
    assert.equal((await network.look()).trial, undefined);
  }));

Deno.test("what somebody takes back is back at once, and an earlier file of ours is as it was", async () => {
  const host = new FakeHost();
  const before =
    "network: {version: 2, ethernets: {00-alga-ens18: {match: {name: ens18}, addresses: [192.168.64.9/24]}}}\n";
  host.put(OUR_FILE, before, 0o600);
  await withAgent(async ({ network, machine }) => {
    await network.change(FIXED, BY);
    await pass(machine, 5_000);
    assert.deepEqual(network.takeBack(), { ok: true });
    await pass(machine, 1_000);
    assert.equal(await host.readText(OUR_FILE), before);
    assert.equal(machine.now.address, "192.168.64.9");
    assert.equal((await status(network)).status, "failed");
  }, { host });
});

Deno.test("a link that does not take its settings has the old ones at once, and the program's words are told", () =>
  withAgent(async ({ network, machine, host }) => {
    machine.refusal = "Error in network definition: ens18";
    await network.change(FIXED, BY);
    await pass(machine, 5_000);
    const state = await status(network);
    assert.ok(state.status === "failed");
    assert.match(state.failure.details + state.failure.message, /Error in network definition/);
    assert.equal(host.files.has(OUR_FILE), false);
    assert.equal(machine.now.address, LEASED);
    assert.equal((await network.look()).trial, undefined);
    assert.equal(network.trial(), undefined);
  }));

Deno.test("a link that is set up twice, and is bare in between, has its settings tried all the same", () =>
  withAgent(async ({ network, machine }) => {
    machine.bareLooks = 1;
    await network.change(FIXED, BY);
    await pass(machine, 8_000);
    assert.deepEqual(network.keep(), { ok: true });
    await pass(machine, 1_000);
    assert.equal((await status(network)).status, "done");
    assert.equal(machine.now.address, "192.168.64.50");
  }));

Deno.test("killed at every write: what was not kept is taken back at the next start, what was kept stays", async () => {
  let sawRestored = 0;
  for (let limit = 1; limit < 60; limit++) {
    const machine = new Machine();
    const host = machine.adopt(new FakeHost());
    const process = startMortalProcess(host, {} as KubeClient, limit);
    const { network, stop } = await startAgent(machine, host);
    let wasKept = false;
    await network.change(FIXED, BY).catch(() => {});
    await pass(machine, 5_000);
    wasKept = network.keep().ok;
    await pass(machine, 1_000);
    const isOver = process.effects() < limit;
    const isDone = (await status(network)).status === "done";
    process.die();
    const left = process.diskLeft();
    await stop();
    const after = await startAgent(machine, left);
    await pass(machine, 1_000);
    const { operation, links } = await after.network.look();
    const [address] = links[0]?.addresses ?? [];
    assert.deepEqual(operation.owed, [], `after ${limit} writes`);
    assert.equal(left.files.has(OUR_FILE), address?.address === "192.168.64.50", `after ${limit} writes`);
    if (isDone) assert.ok(wasKept && address?.address === "192.168.64.50");
    if (address?.address === LEASED) sawRestored++;
    await after.stop();
    if (isOver) {
      assert.ok(sawRestored > 3, `${sawRestored}`);
      return;
    }
  }
  assert.fail("60 writes were not enough");
});

Deno.test("a list of links that breaks off once is asked for again", () =>
  withAgent(async ({ network, host }) => {
    const ip = host.commands.get("ip");
    let asked = 0;
    host.commands.set("ip", (args, options) => {
      if (args.includes("addr") && asked++ === 0) return { code: 1, stderr: "Dump was interrupted" };
      return typeof ip === "function" ? ip(args, options) : {};
    });
    assert.equal((await network.look()).links[0]?.name, "ens18");
    assert.equal(asked, 2);
  }));

Deno.test("settings that the link has already are not tried", () =>
  withAgent(async ({ network, machine }) => {
    await network.change(FIXED, BY);
    await pass(machine, 5_000);
    network.keep();
    await pass(machine, 1_000);
    assert.deepEqual(await network.change(FIXED, BY), { ok: true });
    await pass(machine, 1_000);
    assert.equal((await status(network)).status, "done");
    assert.equal((await network.look()).trial, undefined);
  }));

for (
  const [what, settings, prepare, cause, mayBeAccepted] of [
    ["a link that is not there", { ...FIXED, link: "ens19" }, () => {}, /no link ens19/, false],
    [
      "a link of another program",
      FIXED,
      (host: FakeHost) => host.put("/run/systemd/netif/links/2", "ADMIN_STATE=unmanaged\n"),
      /does not look after ens18/,
      false,
    ],
    [
      "a link that nobody knows",
      FIXED,
      (host: FakeHost) => void host.files.delete("/run/systemd/netif/links/2"),
      /does not look after ens18/,
      false,
    ],
    [
      "an address among those of pods",
      { ...FIXED, address: "10.42.3.4/24", gateway: "" },
      () => {},
      /overlaps 10\.42\.0\.0/,
      false,
    ],
    [
      "a network that holds that of services",
      { ...FIXED, address: "10.1.2.3/8", gateway: "" },
      () => {},
      /overlaps 10\.42|overlaps 10\.43/,
      false,
    ],
  ] as const
) {
  Deno.test(`${what} is refused before anything is tried`, () =>
    withAgent(async ({ network, machine, host }) => {
      prepare(host);
      await network.change(settings, BY);
      await pass(machine, 1_000);
      const { operation } = await network.look();
      assert.equal(operation.state.status, "blocked");
      assert.match(operation.conditions[0]?.cause ?? "", cause);
      assert.equal(operation.conditions[0]?.mayBeAccepted, mayBeAccepted);
      assert.equal(host.files.has(OUR_FILE), false);
    }));
}

Deno.test("with Kubernetes a new address is accepted first, and Kubernetes takes it once it is kept", () =>
  withAgent(async ({ network, machine }) => {
    await network.change(FIXED, BY);
    await pass(machine, 1_000);
    const { operation } = await network.look();
    assert.match(
      operation.conditions[0]?.cause ?? "",
      /the address of this machine changes from 192\.168\.64\.8 to 192\.168\.64\.50/,
    );
    assert.deepEqual(await network.accept(["node-address"], BY), { ok: true });
    await pass(machine, 5_000);
    assert.equal(machine.restarts, 0);
    network.keep();
    await pass(machine, 1_000);
    assert.equal(machine.restarts, 1);
    assert.equal((await status(network)).status, "done");
  }, { hasKubernetes: true }));
