import assert from "node:assert/strict";
import { createInputStore } from "../../../agent/operation/input_store.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { Wish } from "./made_up.ts";

const PATH = "/var/lib/alga-appliance/made-up.json";
const open = (host: FakeHost) => createInputStore({ host, clock: new FakeClock(), path: PATH, shape: Wish });
const RED = { color: "red", size: 1 };
const BLUE = { color: "blue", size: 2 };

Deno.test("InputStore keeps the inputs 0600 and gives those of the run that counts", async () => {
  const host = new FakeHost();
  const store = open(host);
  assert.equal(await store.read("1"), undefined);
  await store.write({ runId: "1", inputs: RED });
  assert.equal(host.files.get(PATH)?.mode, 0o600);
  await store.write({ runId: "2", inputs: BLUE }, { runId: "1", inputs: RED });
  assert.deepEqual([await open(host).read("1"), await open(host).read("2")], [RED, BLUE]);
  assert.equal(await store.read("3"), undefined);
  await store.write({ runId: "2", inputs: BLUE });
  assert.equal(await store.read("1"), undefined, "only for as long as it may be needed");
});

Deno.test("InputStore gives nothing where the file is damaged or has another shape", async () => {
  for (const text of ["{", '{"runId":"1","inputs":{"color":7}}']) {
    const host = new FakeHost({ [PATH]: text });
    assert.equal(await open(host).read("1"), undefined);
  }
});
