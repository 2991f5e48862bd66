import assert from "node:assert/strict";
import { pushPull } from "../../../agent/logs/push_pull.ts";

Deno.test("whoever pushes waits until the reader asks for more, and what comes last is not lost", async () => {
  const queue = pushPull<number>();
  const taken: number[] = [];
  const pushing = (async () => {
    for (const it of [1, 2, 3]) {
      await queue.push(it);
      taken.push(it);
    }
    queue.end();
  })();
  const reader = queue.pull();
  assert.equal((await reader.next()).value, 1);
  assert.deepEqual(taken, []);
  assert.equal((await reader.next()).value, 2);
  assert.deepEqual(taken, [1]);
  assert.equal((await reader.next()).value, 3);
  assert.equal((await reader.next()).done, true);
  await pushing;
});

Deno.test("a reader who leaves holds nobody up, with something in hand or not", async () => {
  const queue = pushPull<number>();
  const pushing = (async () => {
    for (const it of [1, 2, 3]) await queue.push(it);
  })();
  for await (const _ of queue.pull()) break;
  queue.stop();
  await pushing;
});

Deno.test("an error of who pushes reaches the reader after all that was pushed", async () => {
  const queue = pushPull<number>();
  const pushing = queue.push(1).then(() => queue.end(new Error("gone")));
  const reader = queue.pull();
  assert.equal((await reader.next()).value, 1);
  await assert.rejects(reader.next(), /gone/);
  await pushing;
});
