import assert from "node:assert/strict";
import { removeTornFiles } from "../../../agent/state/remove_torn_files.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const TORN = [
  "inputs.json.0123456789ab.tmp",
  "operation.lock.0123456789ab",
  "operation.lock.0123456789ab.stale",
];
const WHOLE = ["inputs.json", "notes.tmp", "operation.lock", "x.0123456789ab", "x.0123456789ab.tmp.json"];

Deno.test("half-written files of before go, everything else stays, an absent folder is not an error", async () => {
  const host = new FakeHost();
  for (const name of [...TORN, ...WHOLE]) await host.writeFile(`/var/lib/x/${name}`, "{}", { mode: 0o600 });
  await removeTornFiles(host, ["/var/lib/x"], 0); // they were written since
  assert.deepEqual(await host.list("/var/lib/x"), [...TORN, ...WHOLE].sort());
  await removeTornFiles(host, ["/var/lib/x", "/nowhere"], Infinity);
  assert.deepEqual(await host.list("/var/lib/x"), WHOLE);
});

Deno.test("a folder with such a name stays", async () => {
  const host = new FakeHost({ "/var/lib/x/a.0123456789ab.tmp/inside": "" });
  await removeTornFiles(host, ["/var/lib/x"], Infinity);
  assert.deepEqual(await host.list("/var/lib/x"), ["a.0123456789ab.tmp"]);
});
