import assert from "node:assert/strict";
import { createOperationLock } from "../../../agent/operation/operation_lock.ts";
import { createWorker } from "../../../agent/operation/worker.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

/** A worker whose work is a queue of the test's own; `undefined` in it is a wait that a request ends. */
function startWorker() {
  const host = new FakeHost();
  const clock = new FakeClock();
  const queue: ((() => Promise<void>) | "wait")[] = [];
  const seen: string[] = [];
  let woken = Promise.withResolvers<void>();
  let isWaiting = false;
  const lock = createOperationLock(host, clock);
  const worker = createWorker({
    operation: "setup",
    takeLock: (by) => lock.take("setup", by),
    clock,
    next() {
      const first = queue[0];
      if (first !== "wait") return queue.shift() as (() => Promise<void>) | undefined;
      isWaiting = true;
      return () => woken.promise;
    },
    isWaiting: () => isWaiting,
    wake() {
      isWaiting = false;
      woken.resolve();
      woken = Promise.withResolvers();
    },
    recover(error) {
      seen.push(`recovers from ${(error as Error).message}`);
      return (error as Error).message === "stop" ? Promise.reject(error) : Promise.resolve();
    },
    onRequest: () => seen.push("request"),
    onEnd: () => seen.push("end"),
    onFree: () => seen.push("free"),
  });
  const settle = () => clock.advance(0);
  return { host, worker, queue, seen, settle };
}

const nothing = () => Promise.resolve();

Deno.test("give() holds the lock until nothing is left to do", async () => {
  const { host, worker, queue, seen, settle } = startWorker();
  let holder: string | undefined;
  queue.push(async () => void (holder = await host.readText(PATHS.operationLock)));
  assert.deepEqual(await worker.give("browser", nothing), { ok: true });
  await worker.ended();
  await settle();
  assert.match(holder ?? "", /"holder":"browser"/);
  assert.deepEqual(seen, ["request", "end", "free"]);
  assert.equal(await host.readText(PATHS.operationLock), undefined);
  assert.equal(worker.isWorking(), false);
});

Deno.test("give() of a request that fails tells it, and the worker waits on", async () => {
  const { worker, queue, seen, settle } = startWorker();
  queue.push("wait");
  assert.ok((await worker.start("agent")).ok);
  await settle();
  await assert.rejects(
    worker.give("browser", () => Promise.reject(new Error("the disk is full"))),
    /disk is full/,
  );
  await settle();
  assert.ok(worker.isWorking());
  assert.deepEqual(seen, []);
  queue.length = 0;
  assert.deepEqual(await worker.give("browser", nothing), { ok: true });
  await worker.ended();
  assert.deepEqual(seen, ["request", "end", "free"]);
});

Deno.test("give() while work goes on, or while another request is run, names who is at it", async () => {
  const { worker, queue, settle } = startWorker();
  const work = Promise.withResolvers<void>();
  queue.push(() => work.promise);
  assert.ok((await worker.give("console", nothing)).ok);
  const refused = await worker.give("browser", nothing);
  assert.ok(!refused.ok && refused.reason === "locked" && refused.holder === "console");
  queue.push("wait");
  work.resolve();
  await settle();
  const request = Promise.withResolvers<void>();
  const first = worker.give("first", () => request.promise);
  await settle();
  const second = await worker.give("second", nothing);
  assert.ok(!second.ok && second.reason === "locked" && second.holder === "first");
  queue.length = 0;
  request.resolve();
  assert.deepEqual(await first, { ok: true });
});

Deno.test("Work that fails is taken up again; a stop ends the work and frees the lock", async () => {
  const { host, worker, queue, seen, settle } = startWorker();
  queue.push(() => Promise.reject(new Error("full")), () => Promise.reject(new Error("stop")), nothing);
  assert.ok((await worker.start("agent")).ok);
  await worker.ended();
  await settle();
  assert.deepEqual(seen, ["recovers from full", "recovers from stop", "end", "free"]);
  assert.equal(queue.length, 1, "nothing more is done");
  assert.equal(await host.readText(PATHS.operationLock), undefined);
});
