import assert from "node:assert/strict";
import * as z from "zod";
import { readStateFile, writeStateFile } from "../../../agent/state/json_file.ts";
import type { Content } from "../../../agent/state/migrations.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const PATH = "/var/lib/alga-appliance/thing.json";
const Thing = z.object({ name: z.string() });
const options = { clock: new FakeClock(), schemaVersion: 2, migrations: [(it: Content) => it] };

Deno.test("writeStateFile() then readStateFile() gives the value, 0600", async () => {
  const host = new FakeHost();
  await writeStateFile(host, PATH, { name: "a" }, 2);
  assert.deepEqual(await readStateFile(host, PATH, Thing, options), { status: "ok", value: { name: "a" } });
  assert.equal((await host.info(PATH))?.mode, 0o600);
});

Deno.test("readStateFile() of nothing is absent", async () => {
  assert.deepEqual(await readStateFile(new FakeHost(), PATH, Thing, options), { status: "absent" });
});

for (
  const [what, text] of [["truncated", '{"name":"a'], ["swapped", '{"other":1}'], ["empty", ""], [
    "an array",
    "[1]",
  ]] as const
) {
  Deno.test(`readStateFile() moves a file that is ${what} aside`, async () => {
    const host = new FakeHost({ [PATH]: text });
    const read = await readStateFile(host, PATH, Thing, options);
    assert.equal(read.status, "damaged");
    assert.equal(await host.readText(PATH), undefined);
    assert.equal((await host.list(PATHS.damagedDir))?.length, 1);
  });
}

Deno.test("readStateFile() moves what is not a file aside and says what it was", async () => {
  const host = new FakeHost();
  host.others.add(PATH);
  const read = await readStateFile(host, PATH, Thing, options);
  assert.ok(read.status === "damaged");
  assert.match(
    read.problem,
    /^"\/var\/lib\/alga-appliance\/thing.json" was a pipe, socket or device, not a file/,
  );
  assert.deepEqual(await readStateFile(host, PATH, Thing, options), { status: "absent" });
});

Deno.test("readStateFile() refuses a newer version and leaves it alone", async () => {
  const host = new FakeHost({ [PATH]: '{"schemaVersion":3,"name":"a"}' });
  await assert.rejects(readStateFile(host, PATH, Thing, options), { code: "STATE_NEWER" });
  assert.ok(await host.readText(PATH));
});

Deno.test("readStateFile() repeats nothing of a file that is not JSON", async () => {
  const texts = ['{"adminPassword": Geheim-77', "Geheim-77", '{"a":"Geheim-77"', '["Geheim-77",]', "Geheim"];
  for (const text of texts) {
    const host = new FakeHost({ [PATHS.sessions]: text });
    const read = await readStateFile(host, PATHS.sessions, z.object({}), {
      clock: new FakeClock(),
      schemaVersion: 1,
    });
    assert.ok(read.status === "damaged" && !read.problem.includes("Geheim"), JSON.stringify(read));
  }
});

for (
  const path of [
    PATHS.setupInputs,
    PATHS.settings,
    PATHS.settingsRequest,
    PATHS.generatedSecrets,
    PATHS.sessions,
  ]
) {
  Deno.test(`readStateFile() keeps no copy of a damaged ${path}: it may hold a password`, async () => {
    const host = new FakeHost({ [path]: '{"proxyUrl":"http://u:Hunter2x@proxy' });
    assert.equal((await readStateFile(host, path, Thing, options)).status, "damaged");
    const kept = [...host.files].filter(([, it]) => new TextDecoder().decode(it.bytes).includes("Hunter2x"));
    assert.deepEqual(kept.map(([name]) => name), []);
  });
}

Deno.test("readStateFile() brings an older file to the present form, and leaves it on disk as it is", async () => {
  const text = '{"title":"a"}';
  const host = new FakeHost({ [PATH]: text });
  const migrations = [
    ({ title, ...rest }: Content) => ({ ...rest, name: title }),
    (it: Content) => ({ ...it, name: `${it.name}!` }),
  ];
  const read = () => readStateFile(host, PATH, Thing, { ...options, schemaVersion: 3, migrations });
  assert.deepEqual(await read(), { status: "ok", value: { name: "a!" } });
  assert.equal(await host.readText(PATH), text);
  host.put(PATH, '{"schemaVersion":2,"name":"b"}');
  assert.deepEqual(await read(), { status: "ok", value: { name: "b!" } });
  host.put(PATH, '{"schemaVersion":3,"name":"c"}');
  assert.deepEqual(await read(), { status: "ok", value: { name: "c" } });
});

Deno.test("readStateFile() takes a file that a step cannot read for damaged", async () => {
  const host = new FakeHost({ [PATH]: '{"schemaVersion":1}' });
  const migrations = [(it: Content) => ({ name: (it.title as string).trim() })];
  assert.equal((await readStateFile(host, PATH, Thing, { ...options, migrations })).status, "damaged");
});

Deno.test("readStateFile() with a version that no step leads to is a mistake of ours", async () => {
  const host = new FakeHost({ [PATH]: "{}" });
  await assert.rejects(readStateFile(host, PATH, Thing, { ...options, schemaVersion: 3 }), TypeError);
});
