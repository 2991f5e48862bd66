import assert from "node:assert/strict";
import { openJournal } from "../../../agent/state/journal.ts";
import { planAutomatic } from "../../../agent/update/automatic_plan.ts";
import { followRules } from "../../../agent/update/automatic_updates.ts";
import { createRulesKeeper } from "../../../agent/update/rules_keeper.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BY = { by: "browser 192.0.2.7" };

/** Follows Sundays from 02:00 UTC; `begun` has the times of day at which an update began. */
async function follow(
  start: string,
  body: (world: {
    clock: FakeClock;
    begun: string[];
    told: string[];
    fail(problem: string | undefined): void;
  }) => Promise<void>,
) {
  const [host, clock] = [new FakeHost(), new FakeClock(start)];
  const keeper = createRulesKeeper({
    host,
    clock,
    journal: await openJournal(host, clock),
    pinnedAtSetup: () => "",
  });
  const window = { days: ["sunday" as const], from: "02:00", hours: 3 };
  await keeper.change({ window, automatic: { delayDays: 0 } }, BY);
  const [begun, told]: [string[], string[]] = [[], []];
  let problem: string | undefined;
  const stop = new AbortController();
  const target = { version: "1.5.0", manifestDigest: "sha256:2", releasedAt: "2026-11-01T00:00:00Z" };
  const following = followRules({
    clock,
    keeper,
    plan: () =>
      planAutomatic({
        rules: keeper.rules(),
        isUnreadable: false,
        isOverridden: false,
        timeZone: keeper.timeZone(),
        nowMs: clock.nowMs(),
        news: { answer: "update-available", channel: "stable", target },
        seenMs: undefined,
        status: "idle",
        history: [],
      }),
    noteSeen: () => problem === undefined ? Promise.resolve() : Promise.reject(new Error(problem)),
    begin: () => Promise.resolve(void begun.push(new Date(clock.nowMs()).toISOString().slice(0, 16))),
    goOn: () => Promise.resolve(),
    overrideEnded: () => Promise.resolve(),
    changed: () => {},
    failed: (it) => told.push(it),
  }, stop.signal);
  try {
    await body({ clock, begun, told, fail: (it) => problem = it });
  } finally {
    stop.abort();
    await clock.advance(0);
    await following;
  }
}

Deno.test("an update begins with the window and not before", async () => {
  await follow("2026-11-29T00:00:00Z", async ({ clock, begun }) => {
    await clock.advance(2 * HOUR_MS - 1);
    assert.deepEqual(begun, []);
    await clock.advance(MINUTE_MS);
    assert.deepEqual(begun, ["2026-11-29T02:00"]);
  });
});

Deno.test("a clock that jumps into the window begins nothing, and one that jumps out of it leaves it be", async () => {
  await follow("2026-11-27T12:00:00Z", async ({ clock, begun }) => {
    await clock.advance(HOUR_MS);
    clock.jump(Date.parse("2026-11-29T02:30:00Z") - clock.nowMs());
    await clock.advance(9 * MINUTE_MS);
    assert.deepEqual(begun, []);
    clock.jump(Date.parse("2026-11-27T13:09:00Z") - clock.nowMs()); // set right
    await clock.advance(HOUR_MS);
    assert.deepEqual(begun, []);
  });
});

Deno.test("nothing begins in the first minutes of the agent", async () => {
  await follow("2026-11-29T02:00:00Z", async ({ clock, begun }) => {
    await clock.advance(9 * MINUTE_MS);
    assert.deepEqual(begun, []);
    await clock.advance(MINUTE_MS);
    assert.equal(begun[0], "2026-11-29T02:10");
  });
});

Deno.test("what goes wrong is told once and tried again a minute later", async () => {
  await follow("2026-11-29T01:00:00Z", async ({ clock, begun, told, fail }) => {
    fail("no room on the disk");
    await clock.advance(90 * MINUTE_MS);
    assert.deepEqual([begun, told], [[], ["no room on the disk"]]);
    fail(undefined);
    await clock.advance(MINUTE_MS);
    assert.equal(begun.length, 1);
  });
});
