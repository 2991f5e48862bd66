import assert from "node:assert/strict";
import { type PreflightReport, runPreflight } from "../../../agent/preflight/mod.ts";
import { ReleaseManifest } from "../../../agent/release/mod.ts";
import { backupCheck } from "../../../agent/update/backup_check.ts";
import { updateGate } from "../../../agent/update/gate.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { until } from "../../until.ts";
import { BY, inUpdateWorld, NEW, startAgent } from "./update_world.ts";
import { ALL, channelOf, following } from "./way_world.ts";

const HOUR_MS = 3_600_000;

/** The check alone. */
const GATE: typeof updateGate = {
  ...updateGate,
  check: (context) => runPreflight(context as never, { checks: [backupCheck(context)] }),
};

const asking = (hours: number) => ({ ...NEW, manifest: { ...NEW.manifest, backupWithinHours: hours } });

Deno.test("a release that asks for a backup waits for one that is fresh; who took it, and where it is, is kept", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host, { gate: GATE, channel: () => asking(24) });
    const { updates } = agent;
    const settled = (status: string) =>
      until(`it is ${status}`, () => updates.view().operation, (it) => it.state.status === status);
    assert.equal((await updates.look()).backup.withinHours, 24);
    await updates.apply(BY);
    const [refused] = (await settled("blocked")).conditions;
    assert.deepEqual([refused?.id, refused?.cause, refused?.mayBeAccepted], [
      "state.backup",
      "none is on record before 1.5.0",
      true,
    ]);
    assert.match(refused?.wayOut ?? "", /sudo alga-agent update backup-taken/);
    await updates.sayBackupTaken({ note: "snapshot 7, password=hunter2-and-more" }, BY);
    const { newest } = updates.view().backup;
    assert.equal(newest?.by, BY.by);
    assert.match(newest?.note ?? "", /^snapshot 7, /);
    assert.doesNotMatch(newest?.note ?? "", /hunter2/);
    await world.clock.sleep(19_000); // any time in which it stays fresh
    assert.deepEqual(await updates.recheck(BY), { ok: true });
    await settled("done");
    await agent.kill();
  });
});

Deno.test("a backup that is too old does not do; going on without one is recorded as an accepted risk", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host, { gate: GATE, channel: () => asking(2) });
    const { updates } = agent;
    await updates.look();
    await updates.sayBackupTaken({}, BY);
    for (let slept = 0; slept < 3 * HOUR_MS; slept += 19_000) await world.clock.sleep(19_000);
    await updates.apply(BY);
    const { conditions } = await until(
      "it waits",
      () => updates.view().operation,
      (it) => it.state.status === "blocked",
    );
    assert.match(conditions[0]?.cause ?? "", /^the newest is 3 h/);
    assert.deepEqual(await updates.accept(["state.backup"], { by: "root" }), { ok: true });
    const [attempt] = (await until("it is updated", () =>
      updates.view(), (it) => it.operation.state.status === "done")).history;
    assert.deepEqual(attempt?.accepted, [{ checkId: "state.backup", by: "root" }]);
    await agent.kill();
  });
});

Deno.test("on a way the release that asks for the freshest backup counts, from the first step on", async () => {
  await inUpdateWorld(async (world) => {
    const [old, fifth, sixth] = ALL;
    const last = following(sixth, "1.5.0");
    const channel = channelOf(old, fifth, { ...last, manifest: { ...last.manifest, backupWithinHours: 6 } });
    const agent = await startAgent(world, world.host, { gate: GATE, channel });
    assert.equal((await agent.updates.look()).backup.withinHours, 6);
    await agent.updates.apply({ ...BY, checksOnly: true });
    const { conditions } = await until(
      "it is checked",
      () => agent.updates.view().operation,
      (it) => it.state.status === "checked",
    );
    assert.deepEqual(conditions.map((it) => it.id), ["state.backup"]);
    assert.equal(agent.updates.view().history[0]?.result, "checked", "nothing was stopped");
    await agent.kill();
  });
});

Deno.test("before a release that asks for no backup, one of yesterday is well, an older one or none is only said", async () => {
  await inUpdateWorld(async (world) => {
    const agent = await startAgent(world, world.host, { gate: GATE, channel: () => NEW });
    const { updates } = agent;
    await updates.look();
    const outcome = async () => {
      await updates.apply({ ...BY, checksOnly: true });
      const { report, conditions } = await until(
        "it is checked",
        () => updates.view().operation,
        (it) => it.state.status === "checked",
      );
      assert.deepEqual(conditions, []);
      const [result] = (report as PreflightReport).results;
      return [result?.id, result?.status, result?.found];
    };
    assert.deepEqual(await outcome(), ["state.backup", "warn", "none is on record before 1.5.0"]);
    await updates.sayBackupTaken({}, BY);
    assert.equal((await outcome())[1], "pass");
    for (let slept = 0; slept < 25 * HOUR_MS; slept += 19_000) await world.clock.sleep(19_000);
    assert.match((await outcome()).join(), /^state\.backup,warn,the newest is 25 h/);
    await agent.kill();
  });
});

const NOW_MS = Date.parse("2026-11-27T12:00:00Z");
const AHEAD: readonly [ms: number, status: string, found: RegExp][] = [
  [-60_000, "pass", /^of /],
  [2 * 60_000, "pass", /^of /], // a clock that was set right goes back by a little
  [
    30 * 24 * HOUR_MS,
    "fail",
    /^the newest is of a time that is yet to come \(2026-12-27 12:00 UTC, said by root\): /,
  ],
];
for (const [aheadMs, status, found] of AHEAD) {
  Deno.test(`a backup that was on record ${aheadMs / 60_000} minutes from now: ${status}`, async () => {
    const at = new Date(NOW_MS + aheadMs).toISOString();
    const entry = { seq: 1, at, type: "backup-taken.said", data: { by: "root" } };
    const context = { request: { target: asking(24) }, journal: { entries: () => [entry] } };
    const { results: [result] } = await runPreflight({ clock: new FakeClock(NOW_MS) } as never, {
      checks: [backupCheck(context as never)],
    });
    assert.equal(result?.status, status);
    assert.match(result?.found ?? "", found);
  });
}

Deno.test("a wish for a backup that cannot be read is one for a usual one, and no wish is none", () => {
  const read = (more: object) =>
    ReleaseManifest.parse({ ...NEW.manifest, ...more }).backupWithinHours ?? undefined;
  assert.deepEqual([read({}), read({ backupWithinHours: null }), read({ backupWithinHours: 6 })], [
    undefined,
    undefined,
    6,
  ]);
  assert.deepEqual([read({ backupWithinHours: "soon" }), read({ backupWithinHours: -1 })], [24, 24]);
});
