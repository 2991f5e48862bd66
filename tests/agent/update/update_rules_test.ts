import assert from "node:assert/strict";
import { runPreflight } from "../../../agent/preflight/mod.ts";
import { RELEASE_REPOSITORY } from "../../../agent/release/mod.ts";
import { updateGate } from "../../../agent/update/gate.ts";
import { BY_ITSELF } from "../../../agent/update/rules_keeper.ts";
import { windowCheck } from "../../../agent/update/window_check.ts";
import { until } from "../../until.ts";
import { BY, type Channel, inUpdateWorld, NEW, OLD, releaseOf, startAgent } from "./update_world.ts";

const TEST = releaseOf("1.6.0-rc.1", "3");
const PLACE = "registry.example.com/tests/releases";

/** The channel leads to {@link NEW}; {@link OLD} can be had by its version, and another place has {@link TEST}. */
const registry: Channel = (reference, repository) =>
  repository !== RELEASE_REPOSITORY
    ? TEST
    : reference === "1.4.0" || reference === OLD.manifestDigest
    ? OLD
    : NEW;

/** The window's check alone. */
const WINDOW_GATE: typeof updateGate = {
  ...updateGate,
  check: (context) => runPreflight(context as never, { checks: [windowCheck(context)] }),
};

Deno.test("a pinned appliance stays on its release, and still tells that there is a newer one", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host, { channel: registry });
    const { updates } = agent;
    assert.equal((await updates.look()).news.answer, "update-available");
    assert.deepEqual(await updates.changeRules({ pin: "1.4.0" }, BY), []);
    const view = updates.view();
    assert.deepEqual([view.news.answer, view.news.target?.version, view.rules.pin], [
      "up-to-date",
      "1.4.0",
      "1.4.0",
    ]);
    assert.equal(view.beyond?.version, "1.5.0");
    assert.deepEqual(await updates.apply(BY), { ok: false, reason: "no-update", answer: "up-to-date" });
    assert.deepEqual(await updates.changeRules({ pin: null }, BY), []);
    assert.deepEqual([updates.view().news.target?.version, updates.view().beyond], ["1.5.0", undefined]);
    await agent.kill();
  });
});

Deno.test("an override leads to another place until its end; history tells where a release came from", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host, { channel: registry });
    const { updates } = agent;
    const endsAt = new Date(world.clock.nowMs() + 10 * 60_000).toISOString();
    assert.deepEqual(await updates.changeRules({ override: { repository: PLACE, endsAt } }, BY), []);
    const { rules, news } = updates.view();
    assert.match(rules.override?.text ?? "", /Testing override: the channel of registry\.example\.com/);
    assert.equal(news.target?.version, "1.6.0-rc.1");
    assert.equal((await updates.apply({ ...BY, checksOnly: true })).ok, true);
    await until("checked", () => updates.view().history[0]?.result, (it) => it === "checked");
    assert.equal(updates.view().history[0]?.source, `stable of ${PLACE}`);

    // It is over in that moment, whether or not the agent has written that down.
    while (world.clock.nowMs() < Date.parse(endsAt)) await world.clock.sleep(19_000);
    assert.equal(updates.view().rules.override, undefined);
    assert.equal((await updates.look()).news.target?.version, "1.5.0");
    await agent.kill();
  });
});

Deno.test("an update outside its window waits for somebody who accepts that, and nothing was changed", async () => {
  await inUpdateWorld(async (world) => {
    world.host.put("/etc/timezone", "Europe/Berlin\n");
    const agent = await startAgent(world, world.host, { gate: WINDOW_GATE });
    const { updates } = agent;
    // The world's clock stands on a Saturday.
    await updates.changeRules({ window: { days: ["sunday"], from: "02:00", hours: 3 } }, BY);
    assert.match(
      updates.view().rules.window?.now ?? "",
      /^opens on Sunday 2026-11-22 02:00 \(Europe\/Berlin\)$/,
    );
    assert.deepEqual(await updates.apply(BY), { ok: true });
    const status = () => updates.view().operation.state.status;
    await until("blocked", status, (it) => it === "blocked");
    const [condition] = updates.view().operation.conditions;
    assert.equal(condition?.id, "upd.window");
    assert.match(condition?.cause ?? "", /closed until Sunday 2026-11-22 02:00/);
    assert.deepEqual(world.upgrades, []);
    assert.deepEqual(await updates.accept(["upd.window"], BY), { ok: true });
    await until("done", status, (it) => it === "done");
    assert.deepEqual(updates.view().history[0]?.accepted, [{ checkId: "upd.window", by: BY.by }]);
    await agent.kill();
  });
});

Deno.test("what is due begins by itself, once, and history and audit log say that nobody asked", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host, { gate: WINDOW_GATE });
    const { updates } = agent;
    const days = ["saturday", "sunday"] as const;
    const change = { window: { days: [...days], from: "11:00", hours: 12 }, automatic: { delayDays: 0 } };
    assert.deepEqual(await updates.changeRules(change, BY), []);
    await updates.look();
    const stop = new AbortController();
    const following = updates.follow(stop.signal);
    // Nothing begins before; the agent's own minute passes by itself.
    for (let passedMs = 0; passedMs < 11 * 60_000; passedMs += 19_000) await world.clock.sleep(19_000);
    await until("done", () => updates.view().history[0]?.result, (it) => it === "done", 120);
    const { history } = updates.view();
    assert.deepEqual(history.map((it) => [it.by, it.to, it.result]), [[BY_ITSELF, "1.5.0", "done"]]);
    assert.deepEqual(agent.audited, ["updates.apply agent accepted"]);
    assert.equal(updates.view().rules.next.status, "nothing");
    stop.abort();
    await following;
    await agent.kill();
  });
});
