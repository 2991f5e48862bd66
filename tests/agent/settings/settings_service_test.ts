import assert from "node:assert/strict";
import { createEngine } from "../../../agent/operation/mod.ts";
import type { OperationState } from "../../../agent/operation/operation.ts";
import type { RegistryClient } from "../../../agent/registry/registry.ts";
import { createSettingsService, type SettingsService } from "../../../agent/settings/settings_service.ts";
import { FOLLOWER } from "../../../agent/settings/follow_resolvers.ts";
import { settingsGate } from "../../../agent/settings/gate.ts";
import type { SettingsChange } from "../../../agent/settings/settings.ts";
import type { SetupView } from "../../../agent/setup/setup_state.ts";
import { type Journal, openJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { KINDS } from "../../../k8s/mod.ts";
import { FLUX_CONTROLLERS, fluxObjects } from "../../../flux/controllers.ts";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { AUTHORITY_PEM } from "../../fakes/authorities.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { startMortalProcess } from "../operation/mortal_process.ts";
import { INPUTS } from "../setup/engine.ts";
import { inSettingsWorld, type SettingsWorld, settleCluster } from "./settings_world.ts";

const BY = { by: "browser 192.0.2.7" };
const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";
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
const MIRRORS = { "ghcr.io": "http://192.0.2.8", "docker.io": "http://192.0.2.8" };
const DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "helmreleases.helm.toolkit.fluxcd.io" },
  spec: {
    group: "helm.toolkit.fluxcd.io",
    scope: "Namespaced",
    names: { kind: "HelmRelease", plural: "helmreleases", singular: "helmrelease" },
    versions: [{ name: "v2", served: true, storage: true, subresources: { status: {} } }],
  },
};

/** One process of the agent. `limit`: so many effects it lives; then nothing of it reaches disk or cluster. */
interface Agent {
  settings: SettingsService;
  journal: Journal;
  host: FakeHost;
  effects(): number;
  kill(): Promise<FakeHost>;
}

/** Finds nothing: what the checks find is not what these tests are about. */
const OPEN_GATE: typeof settingsGate = {
  ...settingsGate,
  check: () => Promise.resolve({ startedAt: "", finishedAt: "", results: [] }),
};

async function startAgent(
  world: SettingsWorld,
  host: FakeHost,
  { limit = Infinity, gate = OPEN_GATE, hasAnswers = true } = {},
): Promise<Agent> {
  const process = startMortalProcess(host, world.kube, limit);
  const { clock } = world;
  const journal = await openJournal(host, clock);
  const engine = createEngine({ host, clock, journal });
  const settings = await createSettingsService({
    host,
    clock,
    engine,
    connectKube: () => Promise.resolve(process.kube),
    mirrors: MIRRORS,
    registryFor: () =>
      ({ ping: () => Promise.resolve({ status: 200 }), close: () => {} }) as unknown as RegistryClient,
    agentPort: 8080,
    gate,
    setupView: () => ({ state: { status: "done" }, answers: [] }) as unknown as SetupView,
    answers: () => Promise.resolve(hasAnswers ? INPUTS : undefined),
  });
  await engine.dischargeOwed();
  await engine.resume();
  return {
    settings,
    journal,
    host,
    effects: process.effects,
    async kill() {
      process.die();
      await engine.stop().catch(() => {});
      const copy = process.diskLeft();
      for (const [name, command] of host.commands) copy.commands.set(name, command);
      copy.commands.set("update-ca-certificates", () => updateAuthorities(copy));
      return copy;
    },
  };
}

function updateAuthorities(host: FakeHost) {
  const own = [...host.files].filter(([path]) => path.startsWith(`${PATHS.caFolder}/`)).map(([, it]) =>
    new TextDecoder().decode(it.bytes)
  );
  host.put(PATHS.caBundle, ["# the system's own", ...own].join("\n"));
  return {};
}

async function withCluster(body: (world: SettingsWorld) => Promise<void>): Promise<void> {
  await inSettingsWorld(async (world) => {
    await world.kube.apply(DEFINITION);
    world.reactions.set("HelmRelease", ({ metadata }) => ({
      lastHandledReconcileAt: metadata.annotations?.[REQUESTED_AT],
      conditions: [{ type: "Ready", status: "True" }],
    }));
    for (const name of HELM_RELEASES) {
      world.api.store.create(
        KINDS.HelmRelease,
        { metadata: { name, namespace: "alga-system" }, spec: {} },
        "flux",
      );
    }
    for (const it of fluxObjects()) if (it.kind === "Deployment") await world.kube.apply(it, { force: true });
    world.workload("kube-system", "coredns", { dnsPolicy: "Default" });
    for (const it of ["alga-core-sebastian", "temporal-worker"]) world.workload("msp", it, {});
    world.workload("msp", "db", {}, "StatefulSet");
    await settleCluster();
    await body(world);
  });
}

/** Waits until the change has ended, accepting what may be accepted. */
async function ended({ settings, effects }: Agent, limit = Infinity): Promise<OperationState> {
  for (let turn = 0; turn < 20_000; turn++) {
    const { state } = settings.view().operation;
    if (state.status === "done" || effects() >= limit) return state;
    assert.notEqual(state.status, "blocked", JSON.stringify(settings.view().operation.conditions));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`it does not end: ${JSON.stringify(settings.view().operation)}`);
}

async function merged(settings: SettingsService, change: SettingsChange) {
  const result = await settings.merge(change);
  assert.ok("settings" in result);
  return result.settings;
}

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
