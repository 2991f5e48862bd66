import assert from "node:assert/strict";
import { openJournal, readJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
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
  assert.deepEqual(journal.entries().map((it) => it.type), [
    "step.started",
    "step.started",
    "journal.damaged",
  ]);
  assert.match(journal.damage ?? "", /Line 3 .* checksum/);
  assert.equal((await host.list(PATHS.damagedDir))?.length, 1);
  assert.equal((await journal.append("x", {})).seq, 4);
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
  const random = new Random(campaignSeed(3));
  for (let round = 0; round < campaignCount(500); round++) {
    const damaged = random.mutate(text);
    for (const entry of readJournal(damaged).entries) {
      assert.ok(genuine.has(JSON.stringify(entry)), `seed ${random.seed} round ${round}`);
    }
    readJournal(random.text(200));
  }
});

/** A host whose journal has some entries, and its text. */
async function hostWithJournal(count: number): Promise<{ host: FakeHost; lines: string[] }> {
  const host = new FakeHost();
  const journal = await openJournal(host, new FakeClock());
  for (let i = 1; i <= count; i++) await journal.append("step.started", { stepId: `s${i}` });
  return { host, lines: (await host.readText(PATHS.journal) ?? "").split("\n").slice(0, -1) };
}

const SPOILT: Readonly<Record<string, (host: FakeHost, lines: string[]) => Promise<void> | void>> = {
  emptied: (host) => host.put(PATHS.journal, ""),
  deleted: (host) => host.remove(PATHS.journal),
  cut: (host, lines) => host.put(PATHS.journal, `${lines.slice(0, 2).join("\n")}\n`),
  "cut amid a line": (host, lines) => host.put(PATHS.journal, lines.join("\n").slice(0, 150)),
  async exchanged(host) {
    const other = new FakeHost();
    const journal = await openJournal(other, new FakeClock());
    for (let i = 0; i < 9; i++) await journal.append("other", { i });
    host.put(PATHS.journal, await other.readText(PATHS.journal) ?? "");
  },
};
const LOST_HEADS: Readonly<Record<string, readonly string[]>> = {
  "with both heads": [],
  "with the head in /etc alone": [PATHS.journalHead],
  "with the head beside it alone": [PATHS.journalHeadCopy],
};
for (const [how, spoil] of Object.entries(SPOILT)) {
  for (const [which, lost] of Object.entries(LOST_HEADS)) {
    Deno.test(`a journal that was ${how}, ${which}, is told at every start until somebody accepts it`, async () => {
      const { host, lines } = await hostWithJournal(5);
      for (const path of lost) await host.remove(path);
      const before = await host.readText(PATHS.journal);
      await spoil(host, lines);
      const spoilt = await host.readText(PATHS.journal);
      assert.notEqual(spoilt, before);
      assert.match((await openJournal(host, new FakeClock())).damage ?? "", /record of this appliance/);
      const kept = await host.list(PATHS.damagedDir) ?? [];
      assert.equal(kept.length, spoilt === undefined ? 0 : 1);
      for (const name of kept) assert.equal(await host.readText(`${PATHS.damagedDir}/${name}`), spoilt);

      const again = await openJournal(host, new FakeClock());
      assert.match(again.damage ?? "", /record of this appliance/, "told at the next start too");
      await again.acceptDamage("console");
      assert.equal(again.damage, undefined);
      assert.equal((await openJournal(host, new FakeClock())).damage, undefined);
    });
  }
}

Deno.test("a head that is behind, damaged or of no journal yet is not damage", async () => {
  const { host } = await hostWithJournal(5);
  const ahead = await hostWithJournal(3);
  host.put(PATHS.journalHead, await ahead.host.readText(PATHS.journalHead) ?? "");
  host.put(PATHS.journalHeadCopy, "{");
  assert.equal((await openJournal(host, new FakeClock())).damage, undefined);

  const old = await hostWithJournal(2);
  for (const path of [PATHS.journalHead, PATHS.journalHeadCopy]) await old.host.remove(path);
  assert.equal((await openJournal(old.host, new FakeClock())).damage, undefined);
  await old.host.remove(PATHS.journal);
  assert.notEqual((await openJournal(old.host, new FakeClock())).damage, undefined, "it has a head since");
});

Deno.test("a disk that takes no head leaves a journal that is whole", async () => {
  const host = new FakeHost();
  const journal = await openJournal(host, new FakeClock());
  host.writeFile = () => Promise.reject(new Error("the disk is full"));
  await journal.append("a", {});
  await journal.append("b", {});
  const again = await openJournal(host, new FakeClock());
  assert.deepEqual([again.damage, again.entries().length], [undefined, 2]);
});
