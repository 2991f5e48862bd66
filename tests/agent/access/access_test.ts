import assert from "node:assert/strict";
import { openAccess } from "../../../agent/access/mod.ts";
import { BackOff } from "../../../agent/access/back_off.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

Deno.test("openAccess() makes a grouped token of 150 bits, 0600, and keeps it", async () => {
  const host = new FakeHost();
  const clock = new FakeClock();
  const token = (await openAccess({ host, clock })).token();
  assert.match(token, /^([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}$/);
  assert.equal((await host.info(PATHS.setupToken))?.mode, 0o600);
  assert.equal((await openAccess({ host, clock })).token(), token);
});

Deno.test("openAccess() replaces a damaged token file", async () => {
  const host = new FakeHost({ [PATHS.setupToken]: "short\n" });
  assert.match((await openAccess({ host, clock: new FakeClock() })).token(), /^.{35}$/);
});

Deno.test("a folder where the token should be lets nobody in by the old one, and a new one is made", async () => {
  const host = new FakeHost();
  const access = await openAccess({ host, clock: new FakeClock() });
  const before = access.token();
  await host.remove(PATHS.setupToken);
  host.put(`${PATHS.setupToken}/inside`, "");
  await access.refresh();
  assert.notEqual(access.token(), before);
  assert.equal(await host.readText(PATHS.setupToken), `${access.token()}\n`);
});

Deno.test("checkToken() takes the token however it was typed and nothing else", async () => {
  const access = await openAccess({ host: new FakeHost(), clock: new FakeClock() });
  const token = access.token();
  for (
    const typed of [token, token.toLowerCase(), token.replaceAll("-", " "), ` ${token.replaceAll("-", "")} `]
  ) {
    assert.deepEqual(access.checkToken(typed, "a"), { ok: true });
  }
  assert.equal(access.checkToken(token.slice(1), "a").ok, false);
  assert.equal(access.checkToken("", "b").ok, false);
});

Deno.test("10,000 guesses from one address leave another able to sign in", async () => {
  const access = await openAccess({ host: new FakeHost(), clock: new FakeClock() });
  for (let i = 0; i < 10_000; i++) access.checkToken(`guess ${i}`, "192.0.2.1");
  assert.equal(access.checkToken(access.token(), "192.0.2.1").ok, false);
  assert.deepEqual(access.checkToken(access.token(), "192.0.2.2"), { ok: true });
});

Deno.test("BackOff doubles from 60 s to 15 min and forgets with success", async () => {
  const clock = new FakeClock();
  const backOff = new BackOff(clock);
  const waits: number[] = [];
  for (let i = 0; i < 11; i++) {
    backOff.fail("a");
    waits.push(backOff.waitSec("a"));
  }
  assert.deepEqual(waits, [0, 0, 0, 0, 60, 120, 240, 480, 900, 900, 900]);
  await clock.advance(900_000);
  assert.equal(backOff.waitSec("a"), 0);
  backOff.succeed("a");
  backOff.fail("a");
  assert.equal(backOff.waitSec("a"), 0);
});

Deno.test("BackOff slows a new source down even when many others wait", () => {
  const backOff = new BackOff(new FakeClock());
  for (let source = 0; source < 10_000; source++) for (let i = 0; i < 5; i++) backOff.fail(`s${source}`);
  for (let i = 0; i < 6; i++) backOff.fail("new");
  assert.ok(backOff.waitSec("new") > 0);
});

Deno.test("sessions end after 8 idle hours, after 7 days, by sign-out and by a new token; only hashes are on disk", async () => {
  const host = new FakeHost();
  const clock = new FakeClock();
  const access = await openAccess({ host, clock });
  const idle = await access.startSession();
  assert.ok(access.findSession(idle.id));
  assert.ok(!(await host.readText(PATHS.sessions))?.includes(idle.id));
  assert.ok((await openAccess({ host, clock })).findSession(idle.id), "a restart signs nobody out");
  await clock.advance(8 * 3_600_000 + 1);
  assert.equal(access.findSession(idle.id), undefined);

  const open = await access.startSession();
  await clock.advance(5 * 3_600_000);
  assert.ok(access.findSession(open.id, { isUse: false }));
  await clock.advance(5 * 3_600_000);
  assert.equal(access.findSession(open.id), undefined, "a page that loads itself is not a use");

  const busy = await access.startSession();
  for (let i = 0; i < 24; i++) {
    await clock.advance(7 * 3_600_000);
    if (i < 23) assert.ok(access.findSession(busy.id), `hour ${7 * (i + 1)}`);
  }
  await clock.advance(3_600_000);
  assert.equal(access.findSession(busy.id), undefined);

  const out = await access.startSession();
  await access.endSession(out.session);
  assert.equal(access.findSession(out.id), undefined);

  const rotated = await access.startSession();
  const old = access.token();
  await access.rotateToken();
  assert.notEqual(access.token(), old);
  assert.equal(access.findSession(rotated.id), undefined);
});

const OTHER = "7Q4MX-00000-11111-22222-33333-44444";

Deno.test("refresh() takes a token that was written within the same instant, with the same length", async () => {
  const host = new FakeHost();
  const access = await openAccess({ host, clock: new FakeClock() });
  const old = access.token();
  const { id } = await access.startSession();
  host.put(PATHS.setupToken, `${OTHER}\n`); // FakeHost tells the same time for every file
  await access.refresh();
  assert.equal(access.token(), OTHER);
  assert.deepEqual(access.checkToken(OTHER, "a"), { ok: true });
  assert.equal(access.checkToken(old, "b").ok, false);
  assert.equal(access.findSession(id), undefined, "sessions of the old token are over");
});

Deno.test("refresh() signs nobody out when the file was only written again", async () => {
  const host = new FakeHost();
  const access = await openAccess({ host, clock: new FakeClock() });
  const { id } = await access.startSession();
  const token = access.token();
  host.put(PATHS.setupToken, `  ${token.toLowerCase().replaceAll("-", "")}  \n\n`);
  await access.refresh();
  assert.ok(access.findSession(id));
  assert.equal(access.token(), token, "it stays in groups that can be read");
  assert.equal(host.record.filter((it) => it.startsWith("write") && it.includes("setup-token")).length, 1);
});

for (
  const [what, spoil] of [
    ["holds something else", (host: FakeHost) => host.put(PATHS.setupToken, "let me in\n", 0o644)],
    ["is empty", (host: FakeHost) => host.put(PATHS.setupToken, "")],
    ["holds very much", (host: FakeHost) => host.put(PATHS.setupToken, OTHER.repeat(10_000))],
    ["is gone", (host: FakeHost) => void host.files.delete(PATHS.setupToken)],
  ] as const
) {
  Deno.test(`refresh() makes a new token when the file ${what}: the old one opens nothing any more`, async () => {
    const host = new FakeHost();
    const access = await openAccess({ host, clock: new FakeClock() });
    const old = access.token();
    const { id } = await access.startSession();
    spoil(host);
    await access.refresh();
    assert.notEqual(access.token(), old);
    assert.equal((await host.readText(PATHS.setupToken))?.trim(), access.token());
    assert.equal((await host.info(PATHS.setupToken))?.mode, 0o600);
    assert.equal(access.checkToken(old, "a").ok, false);
    assert.equal(access.checkToken("let me in", "b").ok, false);
    assert.deepEqual(access.checkToken(access.token(), "c"), { ok: true });
    assert.equal(access.findSession(id), undefined);
    const made = access.token();
    await access.refresh();
    assert.equal(access.token(), made, "once is enough");
  });
}

Deno.test("refresh() by many at once leaves one token, on disk and in use", async () => {
  const host = new FakeHost();
  const access = await openAccess({ host, clock: new FakeClock() });
  host.files.delete(PATHS.setupToken);
  await Promise.all(Array.from({ length: 20 }, () => access.refresh()));
  assert.equal((await host.readText(PATHS.setupToken))?.trim(), access.token());
  assert.equal(host.record.filter((it) => it.startsWith("write") && it.includes("setup-token")).length, 2);
});

Deno.test("refresh() that cannot write opens the door by the old token no longer, and keeps the new one later", async () => {
  const host = new FakeHost();
  const access = await openAccess({ host, clock: new FakeClock() });
  host.files.delete(PATHS.setupToken);
  host.writeError = "the disk is full";
  const old = access.token();
  await access.refresh();
  const fresh = access.token();
  assert.notEqual(fresh, old);
  assert.equal(access.checkToken(old, "a").ok, false);
  host.writeError = undefined;
  await access.refresh();
  assert.equal((await host.readText(PATHS.setupToken))?.trim(), fresh);
  assert.equal(access.token(), fresh);
});

Deno.test("A save that is slow does not bring an ended session back to disk", async () => {
  const host = new FakeHost();
  const clock = new FakeClock();
  const access = await openAccess({ host, clock });
  const { id, session } = await access.startSession();
  const gate = Promise.withResolvers<void>();
  const write = host.writeFile.bind(host);
  let isSlow = true;
  host.writeFile = async (path, data, options) => {
    if (path === PATHS.sessions && isSlow) {
      isSlow = false;
      await gate.promise;
    }
    await write(path, data, options);
  };
  await clock.advance(61_000);
  assert.ok(access.findSession(id), "its use is written down, slowly");
  const ended = access.endSession(session);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  gate.resolve();
  await ended;
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.equal((await openAccess({ host, clock })).findSession(id), undefined);
});

Deno.test("A save that fails is told to the one who asked, and the next one works", async () => {
  const host = new FakeHost();
  const access = await openAccess({ host, clock: new FakeClock() });
  const one = await access.startSession();
  const two = await access.startSession();
  host.writeError = "no space left on device";
  await assert.rejects(access.endSession(one.session), /no space left/);
  host.writeError = undefined;
  await access.endSession(two.session);
  assert.equal(JSON.parse(await host.readText(PATHS.sessions) ?? "").sessions.length, 0);
});

Deno.test("isLiving() is not a use of a session, and ends with time, sign-out and another token", async () => {
  const host = new FakeHost();
  const clock = new FakeClock();
  const access = await openAccess({ host, clock });
  const idle = await access.startSession();
  for (let hour = 0; hour < 8; hour++) {
    assert.ok(access.isLiving(idle.session), `hour ${hour}`);
    await clock.advance(3_600_000);
  }
  await clock.advance(1);
  assert.equal(access.isLiving(idle.session), false, "an open page did not keep it alive");

  const out = await access.startSession();
  await access.endSession(out.session);
  assert.equal(access.isLiving(out.session), false);

  const old = await access.startSession();
  host.put(PATHS.setupToken, `${OTHER}\n`);
  await access.refresh();
  assert.equal(access.isLiving(old.session), false);
});

Deno.test("a time of day that was ahead for a while locks nobody out and ends no session", async () => {
  const clock = new FakeClock();
  const access = await openAccess({ host: new FakeHost(), clock });
  const { id } = await access.startSession();
  clock.jump(10 * 365 * 86_400_000);
  for (let i = 0; i < 5; i++) access.checkToken("wrong", "192.0.2.1");
  assert.equal(access.findSession(id), undefined, "by that time of day it is over");
  clock.jump(-10 * 365 * 86_400_000);
  assert.ok(access.findSession(id), "and by the true one it is not");
  await clock.advance(60_001);
  assert.deepEqual(access.checkToken(access.token(), "192.0.2.1"), { ok: true });
});

Deno.test("a time of day that goes back brings no session back that was over", async () => {
  const clock = new FakeClock();
  const access = await openAccess({ host: new FakeHost(), clock });
  const { id } = await access.startSession();
  await clock.advance(8 * 3_600_000 + 1);
  clock.jump(-8 * 3_600_000);
  assert.equal(access.findSession(id), undefined);
});

Deno.test("wrong links use up their own allowance, never that of the form", async () => {
  const access = await openAccess({ host: new FakeHost(), clock: new FakeClock() });
  for (let i = 0; i < 1_000; i++) access.checkToken("wrong", "192.0.2.1", "link");
  assert.equal(access.checkToken(access.token(), "192.0.2.1", "link").ok, false);
  assert.deepEqual(access.checkToken(access.token(), "192.0.2.1", "form"), { ok: true });
});

Deno.test("a session starts although the disk cannot be written", async () => {
  const host = new FakeHost();
  const access = await openAccess({ host, clock: new FakeClock() });
  host.writeFile = () => Promise.reject(new Error("the disk is full"));
  const { id } = await access.startSession();
  assert.ok(access.findSession(id));
});

Deno.test("a disk that is full before the first start keeps the token in memory until it can be written", async () => {
  const host = new FakeHost();
  host.writeError = "the disk is full";
  const access = await openAccess({ host, clock: new FakeClock() });
  const token = access.token();
  assert.deepEqual(access.checkToken(token, "a"), { ok: true });
  host.writeError = undefined;
  await access.refresh();
  assert.equal((await host.readText(PATHS.setupToken))?.trim(), token);
});
