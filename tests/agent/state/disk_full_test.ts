import assert from "node:assert/strict";
import { createDiskFullWatch } from "../../../agent/state/disk_full.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const PATH = "/var/lib/alga-appliance/sessions.json";

Deno.test("createDiskFullWatch() tells of its own files alone, since the first, once", () => {
  const clock = new FakeClock();
  const watch = createDiskFullWatch(clock);
  let told = 0;
  const end = watch.subscribe(() => told++);
  watch.tell("/usr/local/bin/k3s");
  watch.tell("/var/lib/alga-appliance-of-another");
  assert.equal(watch.current(), undefined);
  watch.tell(PATH);
  const first = watch.current();
  assert.equal(first?.path, PATH);
  watch.tell("/etc/alga-appliance/journal-head.json");
  assert.equal(watch.current(), first);
  assert.equal(told, 1);
  end();
});

Deno.test("follow() finds by itself that there is room again, and leaves nothing behind", async () => {
  const clock = new FakeClock();
  const host = new FakeHost();
  const watch = createDiskFullWatch(clock);
  const over = new AbortController();
  const changes: boolean[] = [];
  watch.subscribe(() => changes.push(watch.current() !== undefined));
  const run = watch.follow(host, over.signal);
  const later = async () => {
    await clock.advance(5_000);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  await later();
  assert.deepEqual(host.record, [], "nothing is written while writing works");
  host.writeError = "No space left on device";
  watch.tell(PATH);
  await later();
  await later();
  assert.deepEqual(changes, [true]);
  host.writeError = undefined;
  await later();
  assert.deepEqual(changes, [true, false]);
  assert.deepEqual([...host.files.keys()], []);
  over.abort();
  await run;
});
