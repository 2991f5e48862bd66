import assert from "node:assert/strict";
import { REGISTRY_LOGINS } from "../../../agent/net/registry_logins.ts";
import type { OperationState } from "../../../agent/operation/operation.ts";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { readSelection } from "../../../agent/setup/release_selection.ts";
import { KINDS } from "../../../k8s/mod.ts";
import { type Agent, BY, inUpdateWorld, NEW, OLD, startAgent, type UpdateWorld } from "./update_world.ts";

/** Waits until the update has ended, one way or another. */
async function ended({ updates, effects }: Agent, limit = Infinity): Promise<OperationState> {
  for (let turn = 0; turn < 40_000; turn++) {
    const { state } = updates.view().operation;
    if (!["idle", "running"].includes(state.status) || effects() >= limit) return state;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`it does not end: ${JSON.stringify(updates.view().operation)}`);
}

const isHeld = (world: UpdateWorld) => HELM_RELEASES.filter((it) => world.release(it).spec.suspend === true);
const allNew = HELM_RELEASES.map((it) => `${it} 0.0.0-appliance.1.5.0 ${tagOf(it)}`).toSorted();

/** Values of these carry no image of ours. */
function tagOf(name: string): string {
  return ["pgbouncer", "temporal"].includes(name) ? "" : "tag-1.5.0";
}

Deno.test("the view is one object until something of it changes, so that open pages are not made again", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host);
    const { updates } = agent;
    const before = updates.view();
    assert.equal(updates.view(), before);
    const looked = await updates.look();
    assert.notEqual(looked, before, "the channel has answered");
    assert.equal(updates.view(), looked);
    await updates.apply(BY);
    assert.notEqual(updates.view(), looked, "there is an update under way");
    await ended(agent);
    const after = updates.view();
    assert.equal(after.history[0]?.result, "done");
    assert.equal(after.operation.state.status, "done");
    await agent.kill();
  });
});

Deno.test("an update brings all six releases to the new version with one upgrade each, and is kept with who asked", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host);
    const { updates } = agent;
    assert.equal((await updates.look()).news.answer, "update-available");
    assert.deepEqual(await updates.apply(BY), { ok: true });
    assert.equal((await ended(agent)).status, "done", JSON.stringify(updates.view().operation.state));
    assert.deepEqual(world.upgrades.toSorted(), allNew, "values and charts came together");
    assert.deepEqual(isHeld(world), []);
    const kept = await readSelection(world.host, world.clock);
    assert.equal(kept?.resolved.manifest.version, "1.5.0");
    assert.equal(world.job(), undefined);
    const [newest] = updates.view().history;
    assert.deepEqual([newest?.from, newest?.to, newest?.by, newest?.result], [
      "1.4.0",
      "1.5.0",
      BY.by,
      "done",
    ]);
    assert.deepEqual(newest?.steps.map((it) => it.stepId), [
      "check",
      "hold",
      "values",
      "source",
      "record",
      "charts",
      "bootstrap-job",
      "let-go",
      "converge",
    ]);
    const again = await updates.apply(BY);
    assert.deepEqual(again, { ok: false, reason: "no-update", answer: "up-to-date" });
    await agent.kill();
  });
});

Deno.test("a plan names what will change and changes nothing", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host);
    const before = agent.effects();
    const plan = await agent.updates.plan();
    assert.equal(agent.effects(), before);
    const objects = plan?.flatMap((it) => it.changes ?? []).map((it) =>
      it.field === "" ? it.object : `${it.object} ${it.field}`
    );
    assert.ok(objects?.includes("OCIRepository flux-system/alga-appliance spec.ref.digest"), String(objects));
    assert.ok(
      objects?.includes("ConfigMap alga-system/appliance-values-email-service image.tag"),
      String(objects),
    );
    assert.ok(
      objects?.includes("HelmRelease alga-system/alga-core spec.chart.spec.version"),
      String(objects),
    );
    assert.deepEqual(isHeld(world), []);
    await agent.kill();
  });
});

Deno.test("killed after every effect, no release stays held, and trying again brings the new version", async () => {
  let total = 0;
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host);
    await agent.updates.apply(BY);
    await ended(agent);
    total = agent.effects();
    await agent.kill();
  });
  assert.ok(total > 40, `only ${total} effects`);
  let interrupted = 0;
  for (let limit = 1; limit < total; limit++) {
    await inUpdateWorld(async (world) => {
      const first = await startAgent(world, world.host, { limit });
      const reply = await first.updates.apply(BY).catch(() => undefined);
      if (reply?.ok) await ended(first, limit);
      const second = await startAgent(world, await first.kill());
      assert.deepEqual(isHeld(world), [], `held after the start that followed effect ${limit} of ${total}`);
      const { state } = second.updates.view().operation;
      if (state.status === "failed") {
        interrupted++;
        assert.match(state.failure.message, /interrupted/);
        await second.updates.retry(BY);
      } else if (state.status !== "done") {
        await second.updates.apply(BY);
      }
      const end = await ended(second);
      assert.equal(end.status, "done", `effect ${limit}: ${JSON.stringify(end)}`);
      assert.deepEqual(isHeld(world), [], `effect ${limit}`);
      const now = HELM_RELEASES.map((it) => world.release(it).status?.seen).toSorted();
      assert.deepEqual(now, allNew, `killed after effect ${limit} of ${total}`);
      assert.equal((await readSelection(world.host, world.clock)) !== undefined, true);
      await second.kill();
    });
  }
  assert.ok(interrupted > total / 2, `${interrupted} of ${total} kills came in the middle`);
});

Deno.test("a Job of the old version in the way is taken away once, and the upgrade is asked for again", async () => {
  await inUpdateWorld(async (world) => {
    // One that came back after it was removed, as an upgrade that overtook it makes it.
    world.trouble.set("alga-core", {
      message: 'cannot patch "alga-core-sebastian-bootstrap" with kind Job: field is immutable',
      stalled: true,
    });
    world.reactions.set("HelmRelease", ({ metadata, spec }) => {
      const isGone = world.job() === undefined;
      if (metadata.name === "alga-core" && spec.suspend !== true && isGone && !world.said.includes("made")) {
        world.said.push("made");
        world.api.store.create(KINDS.Job, {
          metadata: { name: "alga-core-sebastian-bootstrap", namespace: "msp" },
          spec: {},
        }, "helm");
      }
      return undefined;
    });
    const agent = await startAgent(world, world.host);
    await agent.updates.apply(BY);
    const end = await ended(agent);
    assert.equal(end.status, "done", JSON.stringify(end));
    const log = agent.updates.view().operation.log.map((it) => it.text).join("\n");
    assert.equal(log.split("is taken away").length - 1, world.said.includes("made") ? 1 : 0);
    await agent.kill();
  });
});

Deno.test("a release that people need to log in fails the update, one in the background does not", async () => {
  for (const [name, status] of [["pgbouncer", "failed"], ["email-service", "done"]] as const) {
    await inUpdateWorld(async (world) => {
      world.trouble.set(name, { message: "timed out waiting for the condition", stalled: true });
      const agent = await startAgent(world, world.host);
      await agent.updates.apply(BY);
      const state = await ended(agent);
      assert.equal(state.status, status, name);
      if (state.status === "failed") {
        assert.equal(
          state.failure.message,
          "The installer gave up on pgbouncer: timed out waiting for the condition",
        );
      }
      assert.deepEqual(isHeld(world), []);
      await agent.kill();
    });
  }
});

Deno.test("a channel that does not answer is not up to date, and what it said before stays known", async () => {
  await inUpdateWorld(async (world) => {
    let answer: () => typeof NEW = () => OLD;
    const agent = await startAgent(world, world.host, { channel: () => answer() });
    const { updates } = agent;
    assert.equal(updates.view().news.answer, "never");
    assert.equal((await updates.look()).news.answer, "up-to-date");
    answer = () => {
      throw new Error("ghcr.io: connection refused");
    };
    const { news } = await updates.look();
    assert.deepEqual([news.answer, news.problem], ["cannot-tell", "ghcr.io: connection refused"]);
    assert.ok(news.answeredAt !== undefined);
    assert.deepEqual(await updates.apply(BY), {
      ok: false,
      reason: "no-update",
      answer: "cannot-tell",
      problem: "ghcr.io: connection refused",
    });
    answer = () => NEW;
    const look = await updates.look();
    assert.deepEqual([look.news.answer, look.news.target?.version], ["update-available", "1.5.0"]);
    const moved = await updates.apply({ ...BY, expected: OLD.manifestDigest });
    assert.equal(moved.ok, false, "another release than the one that was looked at");
    await agent.kill();
  });
});

Deno.test("an update keeps the login with which Flux asks the registry", async () => {
  await inUpdateWorld(async (world) => {
    const login = { username: "site", password: "secret" };
    world.host.put(REGISTRY_LOGINS, JSON.stringify({ auths: { "ghcr.io": login } }), 0o600);
    const agent = await startAgent(world, world.host);
    await agent.updates.look();
    assert.deepEqual(await agent.updates.apply(BY), { ok: true });
    assert.equal((await ended(agent)).status, "done", JSON.stringify(agent.updates.view().operation.state));
    const ref = { resource: KINDS.OCIRepository, namespace: "flux-system", name: "alga-appliance" };
    assert.deepEqual((await world.kube.get(ref))?.spec?.secretRef, { name: "alga-registry-login" });
    const secret = { resource: KINDS.Secret, namespace: "flux-system", name: "alga-registry-login" };
    assert.ok(await world.kube.get(secret));
    await agent.kill();
  });
});
