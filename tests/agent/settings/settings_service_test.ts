import assert from "node:assert/strict";
import { createEngine } from "../../../agent/operation/mod.ts";
import type { RegistryClient } from "../../../agent/registry/registry.ts";
import { createSettingsService } from "../../../agent/settings/settings_service.ts";
import type { SetupView } from "../../../agent/setup/setup_state.ts";
import { openJournal } from "../../../agent/state/journal.ts";
import { FOLLOWER } from "../../../agent/settings/follow_resolvers.ts";
import { settingsGate } from "../../../agent/settings/gate.ts";
import type { SettingsChange } from "../../../agent/settings/settings.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { KINDS } from "../../../k8s/mod.ts";
import { FLUX_CONTROLLERS } from "../../../flux/controllers.ts";
import { AUTHORITY_PEM } from "../../fakes/authorities.ts";
import { type Agent, ended, merged, REQUESTED_AT, startAgent, withCluster } from "./settings_agent.ts";
import { INPUTS } from "../setup/engine.ts";
import type { SettingsWorld } from "./settings_world.ts";

const BY = { by: "browser 192.0.2.7" };
/** Every step has something to do. */
const ALL: SettingsChange = {
  appUrl: "http://192.0.2.9:3000",
  dnsMode: "custom",
  dnsServers: ["192.0.2.1"],
  channel: "nightly",
  noProxy: "intern.example",
  proxyUrl: "http://maria:Geheim-7@192.0.2.8:3128",
  caCerts: AUTHORITY_PEM,
};
/** What is there at the end: files, values, and which workloads run with what. */
async function endState(world: SettingsWorld, { host, settings }: Agent) {
  const text = (path: string) => host.readText(path);
  const maps = (await world.kube.list(KINDS.ConfigMap, { namespace: "alga-system" })).items;
  const pods = world.pods();
  return {
    settings: await settings.current(),
    resolvConf: await text(PATHS.k3sResolvConf),
    environment: await text(PATHS.k3sEnvironment),
    bundle: await text(PATHS.caBundle),
    values: Object.fromEntries(maps.map((it) => [it.metadata.name, it.data])),
    secrets: world.api.store.list(KINDS.Secret).map((it) => [it.metadata.name, it.data]),
    asked: Object.fromEntries(
      world.api.store.list(KINDS.HelmRelease).map((
        it,
      ) => [it.metadata.name, it.metadata.annotations?.[REQUESTED_AT]]),
    ),
    fresh: Object.keys(pods).filter((it) =>
      pods[it]?.metadata.generation !== 0 && pods[it]?.metadata.name.endsWith("-1") === false
    )
      .toSorted(),
    lastChange: (await text(PATHS.settings) ?? "").includes("browser 192.0.2.7"),
  };
}

Deno.test("a change of everything reaches machine, cluster and application, and is kept with who asked", async () => {
  await withCluster(async (world) => {
    const agent = await startAgent(world, world.host);
    const { settings, journal } = agent;
    const wanted = await merged(settings, ALL);
    const plan = await settings.plan(wanted);
    assert.deepEqual(plan.steps.map((it) => it.id), [
      "host-files",
      "k3s",
      "cluster-dns",
      "flux-proxy",
      "values",
      "releases",
    ]);
    assert.deepEqual(await settings.apply(wanted, BY), { ok: true });
    assert.equal((await ended(agent)).status, "done");
    const { fresh } = await endState(world, agent);
    assert.deepEqual(
      fresh,
      [...FLUX_CONTROLLERS, "coredns"].toSorted(),
      "pods of releases are Helm's own to restart",
    );
    assert.equal(world.host.record.filter((it) => it === "run systemctl restart k3s").length, 1);
    const { rows } = await settings.look();
    const origin = rows.find((it) => it.field === "appUrl")?.origin;
    assert.equal(typeof origin === "object" && origin.by, BY.by);
    assert.ok(!JSON.stringify(journal.entries()).includes("Geheim"));
    assert.deepEqual(await settings.apply(wanted, BY), { ok: false, reason: "nothing-changed" });
    await agent.kill();
  });
});

Deno.test("killed after every effect, a change ends as if nothing had happened", async () => {
  let wantedEnd: unknown;
  let total = 0;
  await withCluster(async (world) => {
    const agent = await startAgent(world, world.host);
    await agent.settings.apply(await merged(agent.settings, ALL), BY);
    await ended(agent);
    wantedEnd = await endState(world, agent);
    total = agent.effects();
    await agent.kill();
  });
  assert.ok(total > 30, `only ${total} effects`);
  let requested = 0;
  for (let limit = 1; limit < total; limit++) {
    await withCluster(async (world) => {
      const first = await startAgent(world, world.host, { limit });
      const wanted = await merged(first.settings, ALL);
      const reply = await first.settings.apply(wanted, BY).catch(() => undefined);
      if (reply?.ok) await ended(first, limit);
      const second = await startAgent(world, await first.kill());
      // What was not yet in the journal was never promised: it is sent again.
      if (second.settings.view().operation.state.status === "idle") await second.settings.apply(wanted, BY);
      else requested++;
      assert.equal((await ended(second)).status, "done", `effect ${limit}`);
      assert.deepEqual(await endState(world, second), wantedEnd, `killed after effect ${limit} of ${total}`);
      await second.kill();
    });
  }
  assert.ok(requested > total / 2, `${requested} of ${total} kills came after the request`);
});

Deno.test("a change waits at its check, is accepted, and begins only then", async () => {
  await withCluster(async (world) => {
    const agent = await startAgent(world, world.host, { gate: settingsGate });
    const { settings } = agent;
    world.host.put("/run/systemd/resolve/resolv.conf", "");
    // Without any DNS server the check of the address is skipped; an unreachable one could not be checked.
    const wanted = await merged(settings, { dnsMode: "custom", dnsServers: ["10.42.0.9"] });
    await settings.apply(wanted, BY);
    for (let i = 0; i < 20_000 && settings.view().operation.state.status === "running"; i++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const { operation } = settings.view();
    assert.equal(operation.state.status, "blocked");
    assert.ok(operation.conditions.some((it) => it.id === "net.cidr" && it.mayBeAccepted));
    assert.equal(await world.host.readText(PATHS.settings), undefined, "nothing is written before");
    assert.equal((await settings.accept([], BY)).ok, false);
    assert.deepEqual(await settings.accept(operation.conditions.map((it) => it.id), BY), { ok: true });
    assert.equal((await ended(agent)).status, "done");
    await agent.kill();
  });
});

Deno.test("settings that are lost are entered again, address first, and count from then on", async () => {
  await withCluster(async (world) => {
    const agent = await startAgent(world, world.host, { hasAnswers: false });
    const { settings } = agent;
    const { isSetUp, isLost, rows } = await settings.look();
    assert.deepEqual([isSetUp, isLost, rows], [true, true, []]);
    assert.equal(await settings.current(), undefined);
    const without = await settings.merge({ channel: "stable" });
    assert.deepEqual("errors" in without && without.errors.map((it) => it.field), ["appUrl"]);
    const now = await merged(settings, { appUrl: INPUTS.appUrl });
    const plan = await settings.plan(now);
    assert.deepEqual(plan.settings.map((it) => [it.field, it.from]), [["appUrl", "not known"]]);
    assert.deepEqual(await settings.apply(now, BY), { ok: true });
    assert.equal((await ended(agent)).status, "done");
    assert.deepEqual([(await settings.look()).isLost, await settings.current()], [false, now]);
    await agent.kill();
  });
});

Deno.test("the channel of lost settings is that of the installation; where nobody knows it, it is asked for", async () => {
  await withCluster(async (world) => {
    const agent = await startAgent(world, world.host, { hasAnswers: false });
    const { settings } = agent;
    const change = { appUrl: INPUTS.appUrl };
    world.host.files.delete(PATHS.releaseSelection);
    const selection = {
      resource: KINDS.ConfigMap,
      namespace: "alga-system",
      name: "appliance-release-selection",
    };
    await world.kube.patch(selection, { data: { selectedChannel: "nightly" } });
    assert.equal((await settings.look()).values.channel, "nightly");
    const now = await merged(settings, change);
    assert.equal(now.channel, "nightly");
    assert.deepEqual((await settings.plan(now)).settings.map((it) => it.field), ["appUrl"]);
    // Who says another one wants it.
    assert.equal((await merged(settings, { ...change, channel: "stable" })).channel, "stable");

    await world.kube.delete(selection);
    assert.equal((await settings.look()).values.channel, "", "none is chosen in the form");
    const refused = await settings.merge(change);
    assert.deepEqual("errors" in refused && refused.errors.map((it) => it.field), ["channel"]);
    assert.equal((await merged(settings, { ...change, channel: "nightly" })).channel, "nightly");
    await agent.kill();
  });
});

Deno.test("before setup is done nothing can be changed", async () => {
  await withCluster(async (world) => {
    const engine = createEngine({
      host: world.host,
      clock: world.clock,
      journal: await openJournal(world.host, world.clock),
    });
    const settings = await createSettingsService({
      host: world.host,
      clock: world.clock,
      engine,
      connectKube: () => Promise.resolve(undefined),
      mirrors: {},
      registryFor: () => ({ close: () => {} }) as unknown as RegistryClient,
      agentPort: 8080,
      setupView: () => ({ state: { status: "idle" }, answers: [] }) as unknown as SetupView,
      answers: () => Promise.resolve(undefined),
    });
    assert.equal((await settings.look()).isSetUp, false);
    assert.equal(await settings.current(), undefined);
    await assert.rejects(settings.merge({}), /can no longer be read/);
  });
});

Deno.test("the cluster follows the machine's servers: CoreDNS alone restarts, and no setting counts as changed", async () => {
  await withCluster(async (world) => {
    const agent = await startAgent(world, world.host);
    const { settings, journal } = agent;
    world.host.put("/run/systemd/resolve/resolv.conf", "nameserver 192.0.2.99\n");
    const now = await merged(settings, {});
    assert.deepEqual(await settings.apply(now, BY), { ok: false, reason: "nothing-changed" });
    assert.deepEqual(await settings.apply(now, { by: FOLLOWER, isFollowing: true }), { ok: true });
    assert.equal((await ended(agent)).status, "done");
    const { fresh, resolvConf } = await endState(world, agent);
    assert.deepEqual([fresh, resolvConf], [["coredns"], "nameserver 192.0.2.99\n"]);
    assert.equal(await world.host.readText(PATHS.settings), undefined);
    assert.ok(journal.entries().some((it) => it.type === "settings.requested" && it.data.by === FOLLOWER));
    assert.match(settings.news()[0]?.text ?? "", /other DNS servers$/);
    await agent.kill();
  });
});
