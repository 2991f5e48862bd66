import assert from "node:assert/strict";
import { openHistory } from "../../../agent/bundle/history.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const MIB = 1024 * 1024;
const DIR = "/var/lib/alga-appliance/support-bundles";
const bytes = () => new Blob(["an archive"]).stream();
const row = (index: number, sizeBytes = 10) => ({
  name: `b-${index}.tar.gz`,
  at: "2026-11-26T12:00:00.000Z",
  by: `browser ${index}`,
  sizeBytes,
  strict: false,
  encrypted: false,
  incomplete: 0,
});
const roomy = () => new FakeHost({}, { df: { stdout: "Avail\n100000000000\n" } });

Deno.test("bundles that are kept are no more than 200 MB together: the oldest go", async () => {
  const host = roomy();
  const history = await openHistory(host);
  for (let i = 0; i < 4; i++) await history.add(row(i, 90 * MIB), bytes);
  assert.deepEqual(history.rows().map((it) => [it.name, it.isKept]), [
    ["b-3.tar.gz", true],
    ["b-2.tar.gz", true],
    ["b-1.tar.gz", false],
    ["b-0.tar.gz", false],
  ]);
  assert.deepEqual((await host.list(DIR))?.toSorted(), ["b-2.tar.gz", "b-3.tar.gz", "history.json"]);
  assert.equal(await history.open("b-0.tar.gz"), undefined);
});

Deno.test("fifty are remembered, with who asked", async () => {
  const host = roomy();
  const history = await openHistory(host);
  for (let i = 0; i < 53; i++) await history.add(row(i), bytes);
  assert.equal(history.rows().length, 50);
  assert.equal(history.rows()[0]?.by, "browser 52");
  assert.equal((await openHistory(host)).rows().length, 50);
});
