import assert from "node:assert/strict";
import { type AuditLog, createAuditLog } from "../../../agent/access/audit_log.ts";
import { leaveAuditNote, takeAuditNotes } from "../../../agent/access/audit_notes.ts";
import { auditResult, auditText, auditWho } from "../../../agent/access/audit_words.ts";
import { openAccess } from "../../../agent/access/mod.ts";
import { pageOfAudit } from "../../../agent/access/page_of_audit.ts";
import { readAudit } from "../../../agent/access/read_audit.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { Random } from "../../fakes/random.ts";

const MINUTE_MS = 60_000;

function open(host = new FakeHost(), { maxBytes = 100_000 } = {}) {
  const clock = new FakeClock();
  const said: string[] = [];
  const log = createAuditLog({ host, clock, say: (_, text) => said.push(text), maxBytes });
  return { host, clock, said, log };
}

/** What the log has, oldest first, as "type" or "type:n" of what the test gave. */
async function told(host: FakeHost): Promise<string[]> {
  const { entries, problem } = await readAudit(host);
  assert.equal(problem, undefined);
  return entries.map(({ type, data }) => data.n === undefined ? type : `${type}:${data.n}`);
}

/** With its follower running for the time of the body. */
async function following(it: { log: AuditLog; clock: FakeClock }, body: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const done = it.log.follow(over.signal);
  await body();
  over.abort();
  await done;
}

Deno.test("what is recorded is told in order, 0600, by this process and the next", async () => {
  const { host, log } = open();
  await Promise.all(Array.from({ length: 5 }, (_, n) => log.record("setup.start", { n })));
  assert.equal((await host.info(PATHS.audit))?.mode, 0o600);
  await open(host).log.record("setup.start", { n: 5 });
  assert.deepEqual(await told(host), [0, 1, 2, 3, 4, 5].map((n) => `setup.start:${n}`));
});

Deno.test("nothing is written before there is something to tell", async () => {
  const { host } = open();
  assert.deepEqual(host.record, []);
  assert.deepEqual(await readAudit(host), { entries: [], problem: undefined });
});

Deno.test("a line that was changed, taken out or put in is told with its number", async () => {
  const { host, log } = open();
  for (let n = 0; n < 5; n++) await log.record("settings.apply", { n, by: "maria" });
  const lines = (await host.readText(PATHS.audit) ?? "").split("\n");
  for (
    const [changed, problem] of [
      [lines.with(2, (lines[2] ?? "").replace("maria", "someone else")), /Entry 3 is damaged: its checksum/],
      [lines.toSpliced(2, 1), /Entry 3 is damaged: number 4 stands where 3 belongs/],
      [lines.toSpliced(1, 0, lines[0] ?? ""), /Entry 2 is damaged: number 1/],
      [lines.with(3, "nonsense"), /Entry 4 is damaged: it is not JSON/],
    ] as const
  ) {
    host.put(PATHS.audit, changed.join("\n"));
    const read = await readAudit(host);
    assert.match(read.problem ?? "", problem);
    assert.ok(read.entries.length >= 4, "what can be read is told all the same");
  }
});

Deno.test("a torn last line, as a power cut leaves it, is dropped and no damage", async () => {
  const { host, log } = open();
  await log.record("a.b", { n: 0 });
  await log.record("a.b", { n: 1 });
  const text = await host.readText(PATHS.audit) ?? "";
  const { host: after, log: next } = open(new FakeHost({ [PATHS.audit]: text.slice(0, -10) }));
  assert.deepEqual(await told(after), ["a.b:0"]);
  await next.record("a.b", { n: 2 });
  assert.deepEqual(await told(after), ["a.b:0", "a.b:2"]);
});

Deno.test("a log that was cut off or exchanged says so itself from then on", async () => {
  const { host, log } = open();
  for (let n = 0; n < 3; n++) await log.record("a.b", { n });
  const lines = (await host.readText(PATHS.audit) ?? "").split("\n");
  for (
    const [text, words] of [[`${lines[0]}\n`, /ended after 1 of 3/], ["", /ended after 0 of 3/]] as const
  ) {
    const cut = new FakeHost({
      [PATHS.audit]: text,
      [PATHS.auditHead]: await host.readText(PATHS.auditHead) ?? "",
    });
    const { said, log: next } = open(cut);
    await next.record("a.b", { n: 9 });
    assert.match(said.join(), words);
    assert.deepEqual((await told(cut)).slice(-2), ["audit.damaged", "a.b:9"]);
  }
});

Deno.test("a log whose end is nonsense is moved aside, and a new one begins that says so", async () => {
  const { host, log } = open();
  await log.record("a.b", { n: 0 });
  host.put(PATHS.audit, "nonsense\n");
  const { said, log: next } = open(host);
  await next.record("a.b", { n: 1 });
  assert.deepEqual(await told(host), ["audit.damaged", "a.b:1"]);
  assert.match(said.join(), /damaged/);
  const aside = [...host.files.keys()].filter((it) => it.startsWith(`${PATHS.logDir}/damaged/`));
  assert.equal(aside.length, 1);
});

Deno.test("the log is bounded in bytes: one older file is kept, and the chain goes on", async () => {
  const { host, log } = open(new FakeHost(), { maxBytes: 2_000 });
  for (let n = 0; n < 100; n++) await log.record("a.b", { n });
  const sizes = [PATHS.audit, PATHS.auditOlder].map((it) => host.files.get(it)?.bytes.length ?? 0);
  assert.ok(sizes.every((it) => it > 0 && it < 2_500), sizes.join());
  const seen = await told(host);
  assert.equal(seen.at(-1), "a.b:99");
  assert.equal(seen[0], "audit.continued", "each file says what it follows");
  assert.ok(seen.length > 10);
  const next = open(host, { maxBytes: 2_000 });
  await next.log.record("a.b", { n: 100 });
  assert.equal((await told(host)).at(-1), "a.b:100");
  host.files.delete(PATHS.audit); // killed between putting one aside and beginning the next
  const later = open(host, { maxBytes: 2_000 });
  host.files.delete(PATHS.auditHead);
  await later.log.record("a.b", { n: 101 });
  assert.deepEqual((await told(host)).slice(-2), ["audit.continued", "a.b:101"]);
});

Deno.test("without its older file the rest is still whole; with another one it is not", async () => {
  const { host, log } = open(new FakeHost(), { maxBytes: 2_000 });
  for (let n = 0; n < 100; n++) await log.record("a.b", { n });
  const older = await host.readText(PATHS.auditOlder) ?? "";
  host.files.delete(PATHS.auditOlder);
  assert.equal((await readAudit(host)).problem, undefined);
  host.put(PATHS.auditOlder, older.split("\n").slice(0, -3).join("\n") + "\n");
  assert.match((await readAudit(host)).problem ?? "", /Entries between \d+ and \d+ are missing/);
});

Deno.test("what a full disk does not take is counted, and told once there is room, without waiting for news", async () => {
  const it = open();
  await following(it, async () => {
    await it.log.record("a.b", { n: 0 });
    it.host.writeError = "no space left on device";
    for (let n = 1; n < 4; n++) await it.log.record("a.b", { n });
    await it.clock.advance(5 * MINUTE_MS);
    assert.deepEqual(await told(it.host), ["a.b:0"]);
    assert.equal(it.said.length, 1, "it is said once");
    it.host.writeError = undefined;
    await it.clock.advance(MINUTE_MS);
    const { entries } = await readAudit(it.host);
    const { type, data } = entries.at(-1) ?? assert.fail();
    assert.deepEqual([type, data.count], ["audit.missed", 3]);
    assert.equal(auditText(type), "Entries could not be written");
    assert.match(auditResult(data), /^3 in all/);
  });
  await it.log.record("a.b", { n: 4 });
  assert.deepEqual(await told(it.host), ["a.b:0", "audit.missed", "a.b:4"]);
});

Deno.test("refused sign-ins are one entry per source and minute, the first at once", async () => {
  const it = open();
  const guess = (source: string, isLockedOut: boolean) =>
    it.log.countRefused({ source, by: "password", isLockedOut });
  await following(it, async () => {
    guess("192.0.2.1", false);
    await it.clock.advance(1);
    assert.deepEqual(await told(it.host), ["sign-in.refused"]);
    for (let i = 0; i < 10_000; i++) guess("192.0.2.1", i >= 4);
    await it.clock.advance(MINUTE_MS + 10_000);
    const { entries } = await readAudit(it.host);
    assert.equal(entries.length, 2);
    const { data } = entries[1] ?? assert.fail();
    assert.deepEqual([data.wrong, data.lockedOut, data.address], [4, 9_996, "192.0.2.1"]);
    assert.match(
      auditResult(data),
      /^4 wrong, 9996 while it had to wait, by password, since 2026-11-21 12:0\d UTC$/,
    );
    await it.clock.advance(60 * MINUTE_MS);
    assert.equal((await readAudit(it.host)).entries.length, 2, "silence makes no entries");
  });
});

Deno.test("a flood from everywhere makes a few entries a minute; what is left at the end is written", async () => {
  const it = open();
  await following(it, async () => {
    for (let minute = 0; minute < 3; minute++) {
      for (let i = 0; i < 5_000; i++) {
        it.log.countRefused({ source: `198.51.${i % 100}.${i % 250}`, by: "token", isLockedOut: false });
      }
      await it.clock.advance(MINUTE_MS);
    }
    it.log.countRefused({ source: "192.0.2.1", by: "token", isLockedOut: false });
  });
  const { entries } = await readAudit(it.host);
  assert.ok(entries.length <= 16, `${entries.length}`);
  const wrong = entries.reduce((sum, { data }) => sum + Number(data.wrong), 0);
  assert.equal(wrong, 15_001, "none is lost");
  assert.ok(entries.some(({ data }) => data.address === "other addresses" && Number(data.addresses) >= 100));
});

Deno.test("access tells of sign-ins and refusals, and never a secret", async () => {
  const { host, log, clock } = open();
  const access = await openAccess({ host, clock, audit: log });
  const token = access.token();
  const visitor = { address: "192.0.2.7", userAgent: "curl/8.5.0" };
  await access.signInByToken("WRONG-GUESS", visitor);
  const reply = await access.signInByToken(token, visitor);
  assert.ok(reply.ok);
  await access.setPassword("Management-7!", { session: reply.session, current: "", address: "192.0.2.7" });
  await access.signInByPassword("Wrong-Word-9!", visitor);
  await access.signInByPassword("Management-7!", visitor);
  const { entries } = await readAudit(host);
  assert.deepEqual(entries.map((it) => [it.type, it.data.by]), [
    ["sign-in.refused", "token"],
    ["sign-in.accepted", "token"],
    ["sign-in.accepted", "password"],
  ]);
  const text = await host.readText(PATHS.audit) ?? "";
  const secrets = [token, access.token(), "WRONG-GUESS", "Wrong-Word-9!", "Management-7!", reply.id];
  assert.deepEqual(secrets.filter((it) => text.includes(it)), []);
  assert.match(auditWho(entries[1]?.data ?? {}), /^browser, 192\.0\.2\.7, session [0-9a-f]{8}$/);
});

Deno.test("what another process does with the files is told when it is noticed, and notes that it left", async () => {
  const it = open();
  const access = await openAccess({ ...it, audit: it.log });
  await (await openAccess(it)).rotateToken();
  await leaveAuditNote(it.host, it.clock, { type: "access.rotate-token", data: { via: "command line" } });
  await access.refresh();
  await following(it, () => it.clock.advance(1));
  assert.deepEqual(await told(it.host), ["access.replaced", "access.rotate-token"]);
  assert.equal(await it.host.info(PATHS.auditNotes), undefined);
  await following(it, () => it.clock.advance(30_000));
  assert.equal((await told(it.host)).length, 2, "once");
});

Deno.test("notes that are nonsense are passed over, whatever they hold (fuzz)", async () => {
  const random = new Random(campaignSeed(5));
  const note = JSON.stringify({ type: "a.b", data: { n: 1 } });
  for (let round = 0; round < campaignCount(300); round++) {
    const host = new FakeHost({ [PATHS.auditNotes]: `${random.mutate(note)}\n${note}\n` });
    let count = 0;
    await takeAuditNotes(host, () => (count++, Promise.resolve()));
    assert.ok(count >= 1, `round ${round}`);
  }
});

Deno.test("readAudit() and the log that goes on never fail on a damaged file (fuzz)", async () => {
  const source = open();
  for (let n = 0; n < 6; n++) await source.log.record("a.b", { n });
  const text = await source.host.readText(PATHS.audit) ?? "";
  const random = new Random(campaignSeed(3));
  for (let round = 0; round < campaignCount(300); round++) {
    const host = new FakeHost({ [PATHS.audit]: random.mutate(text) });
    if (round % 2 === 0) host.put(PATHS.auditHead, await source.host.readText(PATHS.auditHead) ?? "");
    await readAudit(host);
    const { log } = open(host);
    await log.record("c.d", { n: 9 });
    const { entries } = await readAudit(host);
    assert.equal(entries.at(-1)?.data.n, 9, `round ${round}`);
  }
});

Deno.test("pageOfAudit() gives the newest first, by group, time and page", () => {
  const at = (n: number) => `2026-11-21T08:0${n}:00.000Z`;
  const entries = [1, 2, 3, 4, 5].map((seq) => ({
    seq,
    at: at(seq),
    type: seq % 2 === 0 ? "sign-in.accepted" : "settings.apply",
    data: {},
  }));
  const seqs = (query: Partial<Parameters<typeof pageOfAudit>[1]>) => {
    const { shown, before } = pageOfAudit(entries, { group: "", limit: 2, ...query });
    return [shown.map((it) => it.seq), before];
  };
  assert.deepEqual(seqs({}), [[5, 4], 4]);
  assert.deepEqual(seqs({ before: 4 }), [[3, 2], 2]);
  assert.deepEqual(seqs({ before: 2 }), [[1], undefined]);
  assert.deepEqual(seqs({ group: "sign-in" }), [[4, 2], undefined]);
  assert.deepEqual(seqs({ since: at(4), limit: 9 }), [[5, 4], undefined]);
});
