import assert from "node:assert/strict";
import { followFile, followFolder } from "../../../agent/host/follow_file.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

async function following(
  host: FakeHost,
  body: (it: { clock: FakeClock; seen: (string | undefined)[]; reported: string[] }) => Promise<void>,
  act: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const clock = new FakeClock();
  const stop = new AbortController();
  const seen: (string | undefined)[] = [];
  const reported: string[] = [];
  const running = followFile(host, "/d/a", async () => {
    seen.push(await host.readText("/d/a"));
    await act();
  }, { clock, signal: stop.signal, pollMs: 30_000, report: (id, error) => reported.push(`${id}: ${error}`) });
  await clock.advance(0);
  await body({ clock, seen, reported });
  stop.abort();
  await running;
}

Deno.test("followFile() acts at once, and on a change without waiting", () => {
  const host = new FakeHost({ "/d/a": "1" });
  return following(host, async ({ clock, seen }) => {
    assert.deepEqual(seen, ["1"]);
    host.put("/d/b", "another");
    await clock.advance(0);
    assert.deepEqual(seen, ["1"]);
    host.put("/d/a", "2");
    await clock.advance(0);
    assert.deepEqual(seen, ["1", "2"]);
    await host.remove("/d/a");
    await clock.advance(0);
    assert.deepEqual(seen, ["1", "2", undefined]);
  });
});

Deno.test("followFile() looks from time to time where nothing can be watched, and watches once it can", () => {
  const host = new FakeHost();
  return following(host, async ({ clock, seen }) => {
    host.put("/d/a", "1");
    await clock.advance(0);
    assert.deepEqual(seen, [undefined]);
    await clock.advance(30_000);
    assert.deepEqual(seen, [undefined, "1"]);
    host.put("/d/a", "2");
    await clock.advance(0);
    assert.deepEqual(seen, [undefined, "1", "2"]);
  });
});

Deno.test("followFile() reports an act that fails, and goes on", () => {
  const host = new FakeHost({ "/d/a": "1" });
  return following(host, async ({ clock, seen, reported }) => {
    assert.deepEqual(reported, ['following "/d/a": Error: no']);
    await clock.advance(30_000);
    assert.equal(seen.length, 2);
  }, () => Promise.reject(new Error("no")));
});

Deno.test("followFolder() acts at once, and on whatever comes, changes or goes there", async () => {
  const host = new FakeHost({ "/d/a": "1" });
  const clock = new FakeClock();
  const stop = new AbortController();
  const seen: string[] = [];
  const act = async () => void seen.push((await host.list("/d") ?? []).join());
  const report = (id: string, error: unknown) => assert.fail(`${id}: ${error}`);
  const running = followFolder(host, "/d", act, { clock, signal: stop.signal, pollMs: 30_000, report });
  await clock.advance(0);
  host.put("/d/b", "2");
  await clock.advance(0);
  await host.remove("/d/a");
  await clock.advance(0);
  assert.deepEqual(seen, ["a", "a,b", "b"]);
  stop.abort();
  await running;
});
