import assert from "node:assert/strict";
import { openJournal, readJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { Random } from "../../fakes/random.ts";

async function journalText(count: number): Promise<string> {
  const host = new FakeHost();
  const journal = await openJournal(host, new FakeClock());
  for (let i = 1; i <= count; i++) await journal.append("step.started", { stepId: `s${i}`, ü: "ä\n" });
  return await host.readText(PATHS.journal) ?? "";
}

async function reopen(text: string) {
  const host = new FakeHost({ [PATHS.journal]: text });
  return { host, journal: await openJournal(host, new FakeClock()) };
}

Deno.test("Journal.append() survives a restart in order", async () => {
  const { host, journal } = await reopen(await journalText(3));
  assert.equal(journal.damage, undefined);
  assert.deepEqual(journal.entries().map((it) => it.seq), [1, 2, 3]);
  const entry = await journal.append("next", {});
  assert.equal(entry.seq, 4);
  assert.equal((await openJournal(host, new FakeClock())).entries().length, 4);
});

Deno.test("Journal.append() keeps the order of simultaneous calls", async () => {
  const host = new FakeHost();
  const journal = await openJournal(host, new FakeClock());
  await Promise.all(Array.from({ length: 20 }, (_, i) => journal.append("x", { i })));
  const again = await openJournal(host, new FakeClock());
  assert.equal(again.damage, undefined);
  assert.deepEqual(again.entries().map((it) => it.data.i), Array.from({ length: 20 }, (_, i) => i));
});

Deno.test("Journal.append() that fails leaves the journal usable", async () => {
  const host = new FakeHost();
  const journal = await openJournal(host, new FakeClock());
  await journal.append("a", {});
  host.writeError = "the disk is full";
  await assert.rejects(journal.append("b", {}), { code: "STATE_WRITE_FAILED" });
  host.writeError = undefined;
  assert.equal((await journal.append("c", {})).seq, 2);
  assert.equal((await openJournal(host, new FakeClock())).damage, undefined);
});

Deno.test("openJournal() drops a torn last line without calling it damage", async () => {
  const text = await journalText(3);
  for (let cut = 1; cut < 60; cut += 7) {
    const { host, journal } = await reopen(text.slice(0, -cut));
    assert.equal(journal.damage, undefined);
    assert.equal(journal.entries().length, 2);
    assert.ok((await host.readText(PATHS.journal))?.endsWith("\n"));
  }
});

Deno.test("openJournal() keeps the good part, reports damage and moves the file aside", async () => {
  const lines = (await journalText(4)).split("\n");
  lines[2] = (lines[2] ?? "").replace("s3", "s9");
  const { host, journal } = await reopen(lines.join("\n"));
  assert.equal(journal.entries().length, 2);
  assert.match(journal.damage ?? "", /Line 3 .* checksum/);
  assert.equal((await host.list(PATHS.damagedDir))?.length, 1);
  assert.equal((await journal.append("x", {})).seq, 3);
});

Deno.test("openJournal() notices removed, swapped and foreign lines", async () => {
  const lines = (await journalText(4)).trimEnd().split("\n");
  const [a, b, c, d] = lines as [string, string, string, string];
  for (const damaged of [[a, c, d], [b, a, c, d], [a, b, d, c], ['{"status":"done"}', b], ["", a]]) {
    const { journal } = await reopen(damaged.join("\n") + "\n");
    assert.notEqual(journal.damage, undefined);
  }
});

Deno.test("readJournal() never throws and never invents an entry (fuzz)", async () => {
  const text = await journalText(5);
  const genuine = new Set(readJournal(text).entries.map((it) => JSON.stringify(it)));
  const random = new Random(3);
  for (let round = 0; round < 500; round++) {
    const damaged = random.mutate(text);
    for (const entry of readJournal(damaged).entries) {
      assert.ok(genuine.has(JSON.stringify(entry)), `seed 3 round ${round}`);
    }
    readJournal(random.text(200));
  }
});
