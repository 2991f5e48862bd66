import assert from "node:assert/strict";
import type { OperationView } from "../../../agent/operation/operation.ts";
import { readSelection } from "../../../agent/setup/release_selection.ts";
import { createWalk } from "../../../agent/update/walk.ts";
import { until } from "../../until.ts";
import { type Agent, BY, inUpdateWorld, OPEN_GATE, startAgent, type UpdateWorld } from "./update_world.ts";
import { ALL, channelOf, FIFTH, following, SEVENTH, SIXTH } from "./way_world.ts";

/** The channel leads to 1.7.0, which follows 1.6.0 alone: three steps. */
const LAST = following(SEVENTH, "1.6.0");
const channel = channelOf(...ALL.slice(0, -1), LAST);

async function inWayWorld(body: (world: UpdateWorld) => Promise<void>): Promise<void> {
  await inUpdateWorld(async (world) => {
    world.releases.push(SIXTH, LAST);
    await body(world);
  });
}

const attempts = ({ updates }: Agent) =>
  updates.view().history.toReversed().map((it) =>
    `${it.from} → ${it.to} ${it.result}${it.goal ? `, on the way to ${it.goal.version}` : ""}, ${it.by}`
  );

/** Waits until nothing goes on any more by itself. */
async function arrived(agent: Agent): Promise<string> {
  const { operation } = await until(
    "the way ends",
    () => agent.updates.view(),
    (it) => !it.isBetween && !["idle", "running"].includes(it.operation.state.status),
  );
  return operation.state.status;
}

const installed = async ({ host, clock }: UpdateWorld) =>
  (await readSelection(host, clock))?.resolved.manifest.version;

Deno.test("a way of three releases is shown, and walked by one word: each step an update of its own", async () => {
  await inWayWorld(async (world) => {
    const agent = await startAgent(world, world.host, { channel });
    const { updates } = agent;
    const { way, news } = await updates.look();
    assert.deepEqual(way?.map((it) => it.version), ["1.5.0", "1.6.0", "1.7.0"]);
    assert.equal(news.target?.version, "1.7.0");
    const plan = await updates.plan();
    const changes = plan?.flatMap((it) => it.changes ?? []);
    assert.ok(changes?.some((it) => it.to === "tag-1.5.0"), "the plan is the next step's");
    assert.deepEqual(await updates.apply({ ...BY, expected: LAST.manifestDigest }), { ok: true });
    assert.equal(await arrived(agent), "done", JSON.stringify(updates.view().operation));
    assert.deepEqual(attempts(agent), [
      `1.4.0 → 1.5.0 done, on the way to 1.7.0, ${BY.by}`,
      `1.5.0 → 1.6.0 done, on the way to 1.7.0, ${BY.by}`,
      `1.6.0 → 1.7.0 done, ${BY.by}`,
    ]);
    assert.deepEqual(updates.view().history.map((it) => it.source), [undefined, undefined, undefined]);
    assert.deepEqual(world.upgrades.filter((it) => it.startsWith("alga-core")), [
      "alga-core 0.0.0-appliance.1.5.0 tag-1.5.0",
      "alga-core 0.0.0-appliance.1.6.0 tag-1.6.0",
      "alga-core 0.0.0-appliance.1.7.0 tag-1.7.0",
    ]);
    assert.equal(await installed(world), "1.7.0");
    assert.equal((await updates.look()).way, undefined);
    await agent.kill();
  });
});

/** A gate at which the update to 1.6.0 meets `obstacle`; the others pass. */
function gateWith(obstacle: () => Promise<void>): typeof OPEN_GATE {
  return {
    ...OPEN_GATE,
    async check(context) {
      if (context.request.target.manifest.version === "1.6.0") await obstacle();
      return await OPEN_GATE.check(context);
    },
  };
}

Deno.test("a step that fails ends the way at the release before it; trying again walks the rest", async () => {
  await inWayWorld(async (world) => {
    let isBroken = true;
    const obstacle = () => isBroken ? Promise.reject(new TypeError("cannot check")) : Promise.resolve();
    const agent = await startAgent(world, world.host, { channel, gate: gateWith(obstacle) });
    assert.deepEqual(await agent.updates.apply(BY), { ok: true });
    assert.equal(await arrived(agent), "failed");
    assert.equal(await installed(world), "1.5.0");
    assert.equal(agent.updates.view().history[0]?.result, "failed");
    isBroken = false;
    assert.deepEqual(await agent.updates.retry({ by: "root" }), { ok: true });
    assert.equal(await arrived(agent), "done");
    assert.equal(await installed(world), "1.7.0");
    await agent.kill();
  });
});

Deno.test("a step that is stopped ends the way; a new start to the same release has fewer steps to go", async () => {
  await inWayWorld(async (world) => {
    let isBroken = true;
    const obstacle = () => isBroken ? Promise.reject(new TypeError("cannot check")) : Promise.resolve();
    const agent = await startAgent(world, world.host, { channel, gate: gateWith(obstacle) });
    await agent.updates.apply(BY);
    assert.equal(await arrived(agent), "failed");
    assert.deepEqual(await agent.updates.cancel(BY), { ok: true });
    assert.equal(await arrived(agent), "cancelled");
    isBroken = false;
    assert.deepEqual((await agent.updates.look()).way?.map((it) => it.version), ["1.6.0", "1.7.0"]);
    assert.deepEqual(await agent.updates.apply(BY), { ok: true });
    assert.equal(await arrived(agent), "done");
    assert.equal(await installed(world), "1.7.0");
    await agent.kill();
  });
});

Deno.test("a power cut amid a way leaves a whole release; nothing goes on by itself, and everything by one word", async () => {
  await inWayWorld(async (world) => {
    const met = Promise.withResolvers<void>();
    const hangs = () => (met.resolve(), new Promise<never>(() => {}));
    const first = await startAgent(world, world.host, { channel, gate: gateWith(hangs) });
    await first.updates.apply(BY);
    await met.promise;
    const disk = await first.kill();
    const second = await startAgent({ ...world, host: disk }, disk, { channel });
    assert.equal(await arrived(second), "failed");
    assert.equal(await installed({ ...world, host: disk }), "1.5.0");
    assert.match(second.updates.view().history[0]?.problem ?? "", /interrupted/);
    assert.deepEqual(await second.updates.retry(BY), { ok: true });
    assert.equal(await arrived(second), "done");
    assert.equal(await installed({ ...world, host: disk }), "1.7.0");
    assert.deepEqual(attempts(second), [
      `1.4.0 → 1.5.0 done, on the way to 1.7.0, ${BY.by}`,
      `1.5.0 → 1.6.0 done, on the way to 1.7.0, ${BY.by}`,
      `1.6.0 → 1.7.0 done, ${BY.by}`,
    ]);
    await second.kill();
  });
});

Deno.test("without a way the update goes straight to the target, where its check says so", async () => {
  await inWayWorld(async (world) => {
    const agent = await startAgent(world, world.host, { channel: channelOf(ALL[0], LAST) });
    const view = await agent.updates.look();
    assert.equal(view.way, undefined);
    assert.equal(
      view.wayProblem,
      "no release is known that leads from 1.4.0 to 1.7.0; 1.6.0 cannot be had",
    );
    assert.deepEqual(await agent.updates.apply({ ...BY, checksOnly: true }), { ok: true });
    assert.equal(await arrived(agent), "checked");
    assert.deepEqual(attempts(agent), [`1.4.0 → 1.7.0 checked, ${BY.by}`]);
    await agent.kill();
  });
});

for (
  const [name, isSeen, reply, expected] of [
    ["that ended before this start begins no other one", false, { ok: true }, []],
    ["that was seen under way begins the next one", true, { ok: true }, ["1.6.0"]],
    ["is the last one while somebody else works", true, {
      ok: false,
      reason: "locked",
      operation: "settings",
      holder: "root",
      since: "",
    }, ["1.6.0", "root is working"]],
  ] as const
) {
  Deno.test(`an update on a way ${name}`, async () => {
    const done: string[] = [];
    const ended = Promise.withResolvers<void>();
    const operation = (status: "running" | "done") =>
      ({ state: { status }, inputs: { runId: "1" }, by: BY.by }) as unknown as OperationView;
    let view = operation(isSeen ? "running" : "done");
    const walk = createWalk({
      view: () => view,
      inputs: () => ({ target: FIFTH, from: { version: "1.4.0", manifestDigest: "" }, further: [SIXTH] }),
      start({ target, from, further }, options) {
        done.push(target.manifest.version);
        assert.deepEqual([from.version, further, options], ["1.5.0", undefined, BY]);
        return Promise.resolve(reply);
      },
    }, { changed: ended.resolve, failed: (problem) => void done.push(problem) });
    walk.look();
    view = operation("done");
    walk.look();
    walk.look();
    assert.equal(walk.isBetween(), isSeen);
    if (isSeen) await ended.promise;
    assert.deepEqual(done, expected);
    assert.equal(walk.isBetween(), false);
  });
}
