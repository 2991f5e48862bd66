import assert from "node:assert/strict";
import { abortWith, withTimeout } from "../../agent/signals.ts";
import { collectGarbage } from "../collect_garbage.ts";

/** What waits for the signal of `make`, with a garbage collection in between, as a process that lives for months has. */
async function waitPast(make: (source: AbortSignal) => AbortSignal, reason: Error): Promise<unknown> {
  const source = new AbortController();
  const aborted = (() => {
    const signal = make(source.signal);
    return new Promise((resolve) =>
      signal.addEventListener("abort", () => resolve(signal.reason), { once: true })
    );
  })();
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collectGarbage();
  }
  source.abort(reason);
  return await aborted;
}

Deno.test("a limit in time still follows its signal after a garbage collection", async () => {
  const reason = new Error("stop");
  const limitMs = 6_000; // far longer than the collections take on a busy machine
  assert.equal(await waitPast((source) => withTimeout(limitMs, source), reason), reason);
  await new Promise((resolve) => setTimeout(resolve, limitMs + 100)); // the time runs on
});

Deno.test("a limit in time ends with its time", async () => {
  const signal = withTimeout(20, new AbortController().signal);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  assert.equal(signal.reason.name, "TimeoutError");
});

Deno.test("a controller follows a signal until it is let go", async () => {
  const reason = new Error("stop");
  const linked = await waitPast((source) => {
    const controller = new AbortController();
    abortWith(controller, source);
    return controller.signal;
  }, reason);
  assert.equal(linked, reason);

  const source = new AbortController();
  const free = new AbortController();
  abortWith(free, source.signal)();
  source.abort(reason);
  assert.equal(free.signal.aborted, false);

  const late = new AbortController();
  abortWith(late, source.signal);
  assert.equal(late.signal.reason, reason, "a signal that has aborted already counts at once");
});
