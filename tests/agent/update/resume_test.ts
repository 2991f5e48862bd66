import assert from "node:assert/strict";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { REQUESTED_AT } from "../../../agent/product/reconcile.ts";
import { runPreflight } from "../../../agent/preflight/mod.ts";
import { updateChecks, updateGate } from "../../../agent/update/gate.ts";
import { pausedReleases, releaseRef, setSuspended } from "../../../agent/update/helm_releases.ts";
import { until } from "../../until.ts";
import {
  type Agent,
  BY,
  inUpdateWorld,
  NEW,
  releaseOf,
  startAgent,
  type UpdateWorld,
} from "./update_world.ts";

/** The checks that what was left could fail. */
const GATE: typeof updateGate = {
  ...updateGate,
  check: (context) =>
    runPreflight(context as never, {
      checks: updateChecks(context).filter((it) => /^upd\.(path|downgrade|held)$/.test(it.id)),
    }),
};

const settled = ({ updates }: Agent, status: string) =>
  until(`it is ${status}`, updates.view, (it) => it.operation.state.status === status);
const held = (world: UpdateWorld) => HELM_RELEASES.filter((it) => world.release(it).spec.suspend === true);

/** Its waits there last until it is stopped, so that no time limit ends them first. */
function waitInConverge({ clock, trouble }: UpdateWorld, { updates }: Agent): void {
  const sleep = clock.sleep.bind(clock);
  clock.sleep = (ms, signal) => {
    const { state } = updates.view().operation;
    const waits = trouble.size > 0 && state.status === "running" && state.stepId === "converge";
    if (!waits || !signal || signal.aborted) return sleep(ms, signal);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
}

Deno.test("an update that was stopped goes on to its release, also after the record names that one; while it runs there is nothing to resume", async () => {
  await inUpdateWorld(async (world) => {
    world.trouble.set("alga-core", {
      message: "running 'upgrade' action with timeout of 15m",
      stalled: false,
    });
    // It names what it follows, and itself is not among it.
    const channel = () => releaseOf("1.5.0", "2", ["1.4.0"]);
    const agent = await startAgent(world, world.host, { gate: GATE, channel });
    const { updates } = agent;
    waitInConverge(world, agent);
    assert.deepEqual(await updates.apply(BY), { ok: true });
    await until(
      "it waits for the new version",
      updates.view,
      (it) => it.operation.state.status === "running" && it.operation.state.stepId === "converge",
    );
    const refused = await updates.resume({ by: "root" });
    assert.equal(refused.ok, false);
    assert.deepEqual("holder" in refused && [refused.reason, refused.holder], ["locked", BY.by]);

    assert.deepEqual(await updates.cancel(BY), { ok: true });
    await settled(agent, "cancelled");
    const again = await updates.apply(BY);
    assert.equal(again.ok, false, "its record names the new release");
    world.trouble.clear();
    // The installer looks again, as it does by itself after a while.
    const asked = { metadata: { annotations: { [REQUESTED_AT]: "again" } } };
    await world.kube.patch(releaseRef("alga-core"), asked);
    assert.deepEqual(await updates.resume({ by: "root" }), { ok: true, released: [] });
    const { history: [newest], installed } = await settled(agent, "done");
    assert.deepEqual([newest?.to, newest?.by, newest?.result], ["1.5.0", "root", "done"]);
    assert.equal(installed?.manifestDigest, NEW.manifestDigest);
    await agent.kill();
  });
});

Deno.test("an update that was interrupted goes on where it stood, and nothing stays held", async () => {
  await inUpdateWorld(async (world) => {
    const first = await startAgent(world, world.host, { limit: 12 });
    await first.updates.apply(BY).catch(() => {});
    await until("it dies", first.effects, (it) => it >= 12);
    const second = await startAgent(world, await first.kill());
    const { operation } = second.updates.view();
    assert.equal(operation.state.status, "failed", JSON.stringify(operation.state));
    assert.deepEqual(await second.updates.resume(BY), { ok: true, released: [] });
    const { history } = await settled(second, "done");
    assert.equal(history.length, 1, "the same attempt");
    assert.deepEqual(held(world), []);
    await second.kill();
  });
});

Deno.test("releases that were left paused go on, and nothing else is asked for; then nothing is left", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host);
    const { updates } = agent;
    assert.deepEqual(await updates.resume(BY), { ok: false, reason: "nothing-to-resume" });
    for (const name of ["pgbouncer", "email-service"]) await setSuspended(world.kube, name, true);
    assert.deepEqual(await updates.resume(BY), { ok: true, released: ["pgbouncer", "email-service"] });
    assert.deepEqual(held(world), []);
    assert.deepEqual(await updates.resume(BY), { ok: false, reason: "nothing-to-resume" });
    assert.equal(updates.view().operation.state.status, "idle");
    await agent.kill();
  });
});

Deno.test("checks alone that were stopped are no update to go on with", async () => {
  await inUpdateWorld(async (world) => {
    await setSuspended(world.kube, "pgbouncer", true);
    const agent = await startAgent(world, world.host, { gate: GATE });
    const { updates } = agent;
    await updates.apply({ ...BY, checksOnly: true });
    await settled(agent, "checked");
    await updates.cancel(BY);
    await settled(agent, "cancelled");
    assert.deepEqual(await updates.resume(BY), { ok: true, released: ["pgbouncer"] });
    assert.equal(updates.view().operation.state.status, "cancelled");
    await agent.kill();
  });
});

Deno.test("paused are the application's own releases alone, in the order in which they depend on each other", () => {
  const seen = (kind: string, name: string, suspended = true, namespace = "alga-system") => ({
    kind,
    namespace,
    name,
    suspended,
  });
  assert.deepEqual(
    pausedReleases([
      seen("HelmRelease", "email-service"),
      seen("HelmRelease", "pgbouncer"),
      seen("HelmRelease", "temporal", false),
      seen("HelmRelease", "alga-core", true, "elsewhere"),
      seen("Kustomization", "temporal-worker"),
    ]),
    HELM_RELEASES.filter((it) => it === "pgbouncer" || it === "email-service"),
  );
});
