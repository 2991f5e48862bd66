import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import { measureBody } from "../../../agent/registry/measure_body.ts";

const SIGNAL = new AbortController().signal;
const LONG_MS = 60_000;

/** Gives pieces of 1,000 bytes; after `count` of them nothing comes and nothing ends. */
function stuckAfter(count: number): { body: ReadableStream<Uint8Array>; isCancelled: () => boolean } {
  let [given, cancelled] = [0, false];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given++ >= count) return new Promise(() => {});
      controller.enqueue(new Uint8Array(1_000));
      return undefined;
    },
    cancel: () => void (cancelled = true),
  });
  return { body, isCancelled: () => cancelled };
}

Deno.test("measureBody() stops at the size and cancels the rest", async () => {
  const { body, isCancelled } = stuckAfter(10);
  const read = await measureBody(body, {
    maxBytes: 2_500,
    limitMs: LONG_MS,
    clock: systemClock,
    signal: SIGNAL,
  });
  assert.equal(read.bytes, 3_000);
  assert.ok(isCancelled());
});

Deno.test("measureBody() stops at the time when nothing more comes", async () => {
  for (const count of [0, 4]) {
    const { body, isCancelled } = stuckAfter(count);
    const read = await measureBody(body, { maxBytes: 1e6, limitMs: 50, clock: systemClock, signal: SIGNAL });
    assert.equal(read.bytes, count * 1_000);
    assert.ok(isCancelled());
  }
});

Deno.test("measureBody() counts what a short body holds, and the time by the clock", async () => {
  const times = [1_000, 3_500];
  const read = await measureBody(new Blob([new Uint8Array(700)]).stream(), {
    maxBytes: 1e6,
    limitMs: LONG_MS,
    clock: { nowMs: () => times.shift() ?? 0 },
    signal: SIGNAL,
  });
  assert.deepEqual(read, { bytes: 700, tookMs: 2_500 });
  assert.equal(
    (await measureBody(null, { maxBytes: 1, limitMs: LONG_MS, clock: systemClock, signal: SIGNAL })).bytes,
    0,
  );
});
