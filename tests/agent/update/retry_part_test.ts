import assert from "node:assert/strict";
import { createOperationLock } from "../../../agent/operation/operation_lock.ts";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { releaseRef, setSuspended } from "../../../agent/update/helm_releases.ts";
import { createRetryPart, type RetryPart } from "../../../agent/update/retry_part.ts";
import { conditionOf, KINDS } from "../../../k8s/mod.ts";
import { until } from "../../until.ts";
import { SETTINGS } from "../settings/settings_world.ts";
import { type Agent, BY, inUpdateWorld, startAgent, type UpdateWorld } from "./update_world.ts";

async function inPartWorld(
  body: (it: { world: UpdateWorld; agent: Agent; retryPart: RetryPart }) => Promise<void>,
): Promise<void> {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host);
    const retryPart = createRetryPart({
      host: world.host,
      clock: world.clock,
      connectKube: () => Promise.resolve(world.kube),
      updates: agent.updates,
      isSetUp: () => true,
      settings: () => Promise.resolve(SETTINGS),
    });
    await body({ world, agent, retryPart });
    await agent.kill();
  });
}

/** Has the installer give up on a release, as it does after its one try. */
async function giveUp(world: UpdateWorld, name: string, message: string): Promise<void> {
  world.trouble.set(name, { message, stalled: true });
  await world.kube.patch(releaseRef(name), { spec: { interval: "1h" } });
  const status = { seen: "something else" };
  world.api.store.patch(KINDS.HelmRelease, "alga-system", name, { status }, "test", "status");
  await until(
    "it gives up",
    () => conditionOf(world.release(name), "Stalled")?.status,
    (it) => it === "True",
  );
  world.upgrades.length = 0;
}

const isReady = (world: UpdateWorld, name: string) =>
  until("it is well", () => conditionOf(world.release(name), "Ready")?.status, (it) => it === "True");

Deno.test("a part that the installer gave up on is tried once more, whatever it gave up for, and alone", async () => {
  for (
    const message of [
      "Failed to upgrade after 1 attempt(s)",
      "another operation (install/upgrade/rollback) is in progress",
    ]
  ) {
    await inPartWorld(async ({ world, retryPart }) => {
      await giveUp(world, "pgbouncer", message);
      world.trouble.clear();
      await world.kube.patch(releaseRef("pgbouncer"), { spec: { interval: "2h" } });
      assert.equal(conditionOf(world.release("pgbouncer"), "Stalled")?.status, "True", "not by itself");
      assert.deepEqual(await retryPart("pgbouncer", BY), { ok: true, did: ["asked"] });
      await isReady(world, "pgbouncer");
      assert.deepEqual(world.upgrades, ["pgbouncer 0.0.0-appliance.1.4.0 "]);
    });
  }
});

Deno.test("a finished Job in the way of an upgrade is taken away before it is tried again", async () => {
  await inPartWorld(async ({ world, retryPart }) => {
    const message = 'cannot patch "alga-core-sebastian-bootstrap" with kind Job: field is immutable';
    await giveUp(world, "alga-core", message);
    assert.deepEqual(await retryPart("alga-core", BY), { ok: true, did: ["job", "asked"] });
    await isReady(world, "alga-core");
    assert.equal(world.job(), undefined);
  });
});

Deno.test("a first-time setup that failed is made again, also where the installer is content", async () => {
  await inPartWorld(async ({ world, retryPart }) => {
    const name = "alga-core-sebastian-bootstrap";
    const status = { failed: 3, conditions: [{ type: "Failed", status: "True" }] };
    world.api.store.patch(KINDS.Job, "msp", name, { status }, "test", "status");
    assert.deepEqual(await retryPart("alga-core", BY), { ok: true, did: ["job", "asked"] });
    assert.equal(world.job(), undefined);
    await isReady(world, "alga-core");
  });
});

Deno.test("Jobs of other parts go by the label of their release alone", async () => {
  await inPartWorld(async ({ world, retryPart }) => {
    const job = (name: string, release: string, namespace = "alga-system") =>
      world.api.store.create(KINDS.Job, {
        metadata: {
          name,
          namespace: "msp",
          labels: { "helm.toolkit.fluxcd.io/name": release, "helm.toolkit.fluxcd.io/namespace": namespace },
        },
        spec: {},
      }, "helm");
    job("temporal-schema", "temporal");
    job("another", "pgbouncer");
    job("of-somebody-else", "temporal", "elsewhere");
    await giveUp(world, "temporal", "field is immutable");
    world.trouble.clear();
    assert.deepEqual(await retryPart("temporal", BY), { ok: true, did: ["job", "asked"] });
    const left = world.api.store.list(KINDS.Job).map((it) => it.metadata.name).toSorted();
    assert.deepEqual(left, ["alga-core-sebastian-bootstrap", "another", "of-somebody-else"]);
  });
});

Deno.test("a Job that works is not cut off, and nothing is changed", async () => {
  await inPartWorld(async ({ world, retryPart }) => {
    await giveUp(world, "alga-core", "timed out waiting for the condition");
    const name = "alga-core-sebastian-bootstrap";
    world.api.store.patch(KINDS.Job, "msp", name, { status: { active: 1 } }, "test", "status");
    const before = world.release("alga-core").metadata.resourceVersion;
    assert.deepEqual(await retryPart("alga-core", BY), { ok: false, reason: "job-running", job: name });
    assert.ok(world.job());
    assert.equal(world.release("alga-core").metadata.resourceVersion, before);
  });
});

Deno.test("a part that is paused goes on: without another upgrade where it is well, with one where it gave up", async () => {
  await inPartWorld(async ({ world, retryPart }) => {
    await setSuspended(world.kube, "email-service", true);
    world.upgrades.length = 0;
    assert.deepEqual(await retryPart("email-service", BY), { ok: true, did: ["let-go"] });
    assert.equal(world.release("email-service").spec.suspend, undefined);
    assert.deepEqual(world.upgrades, []);

    await giveUp(world, "email-service", "timed out waiting for the condition");
    await setSuspended(world.kube, "email-service", true);
    world.trouble.clear();
    assert.deepEqual(await retryPart("email-service", BY), { ok: true, did: ["asked", "let-go"] });
    await isReady(world, "email-service");
    assert.deepEqual(world.upgrades.length, 1, String(world.upgrades));
  });
});

Deno.test("settings of a part that cannot be read are written again, those that can are left", async () => {
  await inPartWorld(async ({ world, retryPart }) => {
    const map = {
      resource: KINDS.ConfigMap,
      namespace: "alga-system",
      name: "appliance-values-email-service",
    };
    const before = (await world.kube.get(map))?.data;
    assert.ok(before);
    const fail = (reason: string) =>
      world.api.store.patch(
        KINDS.HelmRelease,
        "alga-system",
        "email-service",
        {
          status: { conditions: [{ type: "Ready", status: "False", reason, message: "x" }] },
        },
        "test",
        "status",
      );
    await world.kube.patch(map, { data: Object.fromEntries(Object.keys(before).map((it) => [it, "{"])) });
    fail("UpgradeFailed");
    assert.deepEqual(await retryPart("email-service", BY), { ok: true, did: ["asked"] });
    assert.notDeepEqual((await world.kube.get(map))?.data, before, "they are not what it failed for");
    for (const lose of [() => Promise.resolve(), () => world.kube.delete(map)]) {
      await lose();
      fail("ValuesError");
      assert.deepEqual(await retryPart("email-service", BY), { ok: true, did: ["values", "asked"] });
      assert.deepEqual((await world.kube.get(map))?.data, before);
    }
  });
});

Deno.test("an update that failed goes on in place of the part alone; one that runs is not disturbed", async () => {
  await inPartWorld(async ({ world, agent, retryPart }) => {
    world.trouble.set("alga-core", { message: "timed out waiting for the condition", stalled: true });
    await agent.updates.apply(BY);
    const isAt = (status: string) =>
      until(`it is ${status}`, () => agent.updates.view().operation.state.status, (it) => it === status);
    const early = await retryPart("alga-core", { by: "root" });
    assert.deepEqual(!early.ok && early.reason, "locked");
    await isAt("failed");
    world.trouble.clear();
    assert.deepEqual(await retryPart("alga-core", BY), { ok: true, did: ["update"] });
    await isAt("done");
    assert.equal(agent.updates.view().history.length, 1);
  });
});

Deno.test("what cannot be tried again is refused with the reason, and the lock is given back", async () => {
  await inPartWorld(async ({ world, agent, retryPart }) => {
    assert.deepEqual(await retryPart("flux-system", BY), {
      ok: false,
      reason: "unknown-part",
      known: HELM_RELEASES,
    });
    assert.deepEqual(await retryPart("pgbouncer", BY), { ok: false, reason: "part-is-well" });
    const lock = await createOperationLock(world.host, world.clock).take("settings", "somebody");
    assert.ok(lock.ok);
    const locked = await retryPart("pgbouncer", BY);
    assert.deepEqual("holder" in locked && [locked.reason, locked.operation, locked.holder], [
      "locked",
      "settings",
      "somebody",
    ]);
    await lock.release();
    await world.api.refuse();
    const away = await retryPart("pgbouncer", BY);
    assert.deepEqual(!away.ok && away.reason, "cluster-unknown");
    await world.api.resume();
    assert.deepEqual(await retryPart("pgbouncer", BY), { ok: false, reason: "part-is-well" });
    const notYet = createRetryPart({
      host: world.host,
      clock: world.clock,
      connectKube: () => Promise.resolve(world.kube),
      updates: agent.updates,
      isSetUp: () => false,
      settings: () => Promise.resolve(undefined),
    });
    assert.deepEqual(await notYet("pgbouncer", BY), { ok: false, reason: "not-set-up" });
  });
});
