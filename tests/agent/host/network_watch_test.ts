import assert from "node:assert/strict";
import { watchNetwork } from "../../../agent/host/network_watch.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

Deno.test("one program listens to the kernel for everybody who asks, from the first on", () => {
  let tell = (): void => assert.fail("nobody listens to the kernel");
  const host = new FakeHost({}, {
    ip: (_argv, { onLine, signal } = {}) => {
      tell = () => onLine?.("2: ens3 inet", "stdout");
      return new Promise((resolve) => signal?.addEventListener("abort", () => resolve({})));
    },
  });
  const over = new AbortController();
  const links = watchNetwork(host, { clock: new FakeClock(), signal: over.signal });
  const started = () => host.record.filter((it) => it.startsWith("run ip monitor")).length;
  assert.equal(started(), 0);
  const told: string[] = [];
  const stop = links.subscribe(() => told.push("console"));
  links.subscribe(() => told.push("status"));
  tell();
  assert.deepEqual(told, ["console", "status"]);
  assert.equal(started(), 1);
  stop();
  tell();
  assert.deepEqual(told, ["console", "status", "status"]);
  over.abort();
});

Deno.test("where nobody listens to the kernel, the network may have changed every 10 s", async () => {
  const clock = new FakeClock();
  const over = new AbortController();
  const links = watchNetwork(new FakeHost(), { clock, signal: over.signal });
  let count = 0;
  links.subscribe(() => count++);
  await clock.advance(35_000);
  assert.equal(count, 3);
  over.abort();
});
