import assert from "node:assert/strict";
import { createDriver } from "../../../agent/setup/driver.ts";
import { createOperationLock } from "../../../agent/state/operation_lock.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

/** A driver whose work is a queue of the test's own; `undefined` in it is a wait that an order ends. */
function startDriver() {
  const host = new FakeHost();
  const clock = new FakeClock();
  const queue: ((() => Promise<void>) | "wait")[] = [];
  const seen: string[] = [];
  let woken = Promise.withResolvers<void>();
  let isWaiting = false;
  const driver = createDriver({
    lock: createOperationLock(host, clock),
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
    onOrder: () => seen.push("order"),
    onEnd: () => seen.push("end"),
  });
  const settle = () => clock.advance(0);
  return { host, driver, queue, seen, settle };
}

const nothing = () => Promise.resolve();

Deno.test("give() holds the lock until nothing is left to do", async () => {
  const { host, driver, queue, seen, settle } = startDriver();
  let holder: string | undefined;
  queue.push(async () => void (holder = await host.readText(PATHS.operationLock)));
  assert.deepEqual(await driver.give("browser", nothing), { ok: true });
  await driver.ended();
  await settle();
  assert.match(holder ?? "", /"holder":"browser"/);
  assert.deepEqual(seen, ["order", "end"]);
  assert.equal(await host.readText(PATHS.operationLock), undefined);
  assert.equal(driver.isDriving(), false);
});

Deno.test("give() of an order that fails tells it, and the driver waits on", async () => {
  const { driver, queue, seen, settle } = startDriver();
  queue.push("wait");
  assert.ok((await driver.start("agent")).ok);
  await settle();
  await assert.rejects(
    driver.give("browser", () => Promise.reject(new Error("the disk is full"))),
    /disk is full/,
  );
  await settle();
  assert.ok(driver.isDriving());
  assert.deepEqual(seen, []);
  queue.length = 0;
  assert.deepEqual(await driver.give("browser", nothing), { ok: true });
  await driver.ended();
  assert.deepEqual(seen, ["order", "end"]);
});

Deno.test("give() while work goes on, or while another order is carried out, names who is at it", async () => {
  const { driver, queue, settle } = startDriver();
  const work = Promise.withResolvers<void>();
  queue.push(() => work.promise);
  assert.ok((await driver.give("console", nothing)).ok);
  const refused = await driver.give("browser", nothing);
  assert.ok(!refused.ok && refused.reason === "locked" && refused.holder === "console");
  queue.push("wait");
  work.resolve();
  await settle();
  const order = Promise.withResolvers<void>();
  const first = driver.give("first", () => order.promise);
  await settle();
  const second = await driver.give("second", nothing);
  assert.ok(!second.ok && second.reason === "locked" && second.holder === "first");
  queue.length = 0;
  order.resolve();
  assert.deepEqual(await first, { ok: true });
});

Deno.test("Work that fails is taken up again; a stop ends the drive and frees the lock", async () => {
  const { host, driver, queue, seen, settle } = startDriver();
  queue.push(() => Promise.reject(new Error("full")), () => Promise.reject(new Error("stop")), nothing);
  assert.ok((await driver.start("agent")).ok);
  await driver.ended();
  await settle();
  assert.deepEqual(seen, ["recovers from full", "recovers from stop", "end"]);
  assert.equal(queue.length, 1, "nothing more is done");
  assert.equal(await host.readText(PATHS.operationLock), undefined);
});
