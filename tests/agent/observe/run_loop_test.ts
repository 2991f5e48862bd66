import assert from "node:assert/strict";
import { Changes } from "../../../agent/observe/changes.ts";
import { restMs, runLoop, type Wait } from "../../../agent/observe/run_loop.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

async function looping(
  work: () => Wait,
  body: (
    it: { clock: FakeClock; changes: Changes; rounds: () => number; reported: string[] },
  ) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const changes = new Changes();
  const stop = new AbortController();
  const reported: string[] = [];
  let rounds = 0;
  const running = runLoop("work", () => {
    rounds++;
    return Promise.try(work);
  }, { clock, changes, signal: stop.signal, report: (id, error) => reported.push(`${id}: ${error}`) });
  await clock.advance(0);
  await body({ clock, changes, rounds: () => rounds, reported });
  stop.abort();
  await running;
}

Deno.test("runLoop() sleeps until it is time, or something changes where that counts", () =>
  looping(() => ({ ms: 30_000, orChange: true }), async ({ clock, changes, rounds }) => {
    await clock.advance(29_000);
    assert.equal(rounds(), 1);
    await clock.advance(1_000);
    assert.equal(rounds(), 2);
    await clock.advance(5_000);
    changes.announce();
    await clock.advance(0);
    assert.equal(rounds(), 3);
  }));

Deno.test("runLoop() takes changes that follow each other closely together, and loses none", () =>
  looping(() => ({ ms: 30_000, orChange: true }), async ({ clock, changes, rounds }) => {
    for (let i = 0; i < 50; i++) changes.announce();
    await clock.advance(999);
    assert.equal(rounds(), 1);
    await clock.advance(1);
    assert.equal(rounds(), 2, "one that came while it rested");
    await clock.advance(20_000);
    assert.equal(rounds(), 2);
  }));

Deno.test("runLoop() does not listen to changes where they do not count", () =>
  looping(() => ({ ms: 5_000, orChange: false }), async ({ clock, changes, rounds }) => {
    await clock.advance(2_000);
    changes.announce();
    await clock.advance(2_000);
    assert.equal(rounds(), 1);
    await clock.advance(1_000);
    assert.equal(rounds(), 2);
  }));

Deno.test("runLoop() reports work that throws, and goes on a moment later", () =>
  looping(() => {
    throw new Error("no");
  }, async ({ clock, rounds, reported }) => {
    assert.deepEqual(reported, ["work: Error: no"]);
    await clock.advance(2_000);
    assert.equal(rounds(), 3);
  }));

Deno.test("restMs() counts down, and waits for nothing once the clock was set back", () => {
  assert.deepEqual([0, 4_000, 9_999, 10_000, 60_000].map((it) => restMs(0, 10_000, it)), [
    10_000,
    6_000,
    1,
    0,
    0,
  ]);
  assert.equal(restMs(86_400_000, 10_000, 0), 0);
  assert.equal(restMs(-Infinity, 10_000, 0), 0);
});
