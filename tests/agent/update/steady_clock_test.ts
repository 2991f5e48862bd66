import assert from "node:assert/strict";
import { watchClock } from "../../../agent/update/steady_clock.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const MINUTE_MS = 60_000;

Deno.test("a clock can be gone by ten minutes after the start and after each jump", async () => {
  const clock = new FakeClock();
  const isSteady = watchClock(clock);
  const after = async (minutes: number) => {
    await clock.advance(minutes * MINUTE_MS);
    return isSteady();
  };
  assert.deepEqual([await after(9), await after(1), await after(60)], [false, true, true]);
  clock.jump(48 * 60 * MINUTE_MS);
  assert.deepEqual([await after(0), await after(9), await after(1)], [false, false, true]);
  clock.jump(-2 * MINUTE_MS);
  assert.deepEqual([await after(1), await after(10)], [false, true]);
  clock.jump(500); // as time synchronisation does
  assert.equal(await after(1), true);
});
