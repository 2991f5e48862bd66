import assert from "node:assert/strict";
import { openAccess, type SignIn } from "../../../agent/access/mod.ts";
import { BackOff } from "../../../agent/access/back_off.ts";
import { CredentialFile } from "../../../agent/access/credential.ts";
import { OneByOne } from "../../../agent/access/one_by_one.ts";
import { hashPassword, isPassword, PasswordHash } from "../../../agent/access/password_hash.ts";
import { shortId } from "../../../agent/access/sessions.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { Random } from "../../fakes/random.ts";

const GOOD = "Management-7!";
const OTHER = "Another-Word8?";
const AT = { address: "192.0.2.7", userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0" };

async function open(host = new FakeHost(), clock = new FakeClock()) {
  return { host, clock, access: await openAccess({ host, clock }) };
}

function signedIn(reply: SignIn) {
  return reply.ok ? reply : assert.fail(JSON.stringify(reply));
}

/** After the first sign-in, with the password chosen. */
async function chosen(host = new FakeHost(), clock = new FakeClock()) {
  const { access } = await open(host, clock);
  const first = signedIn(await access.signInByToken(access.token(), AT));
  const reply = await access.setPassword(GOOD, { session: first.session, current: "", address: AT.address });
  assert.deepEqual(reply, { ok: true });
  return { host, clock, access, first };
}

Deno.test("the token signs in once and turns over; its session must choose a password", async () => {
  const { access, host } = await open();
  const token = access.token();
  assert.equal(access.tokenToShow(), token);
  const { session, id } = signedIn(await access.signInByToken(token, AT));
  assert.equal(session.mustChoosePassword, true);
  assert.notEqual(access.token(), token);
  assert.equal((await host.readText(PATHS.setupToken))?.trim(), access.token());
  assert.deepEqual(await access.signInByToken(token, AT), { ok: false, why: "wrong", waitSec: 0 });
  assert.ok(access.findSession(id), "turning over ends nobody's session");
  assert.equal(
    access.tokenToShow(),
    access.token(),
    "until a password is chosen the console shows the new one",
  );
});

Deno.test("two who send the same token at once: one is in", async () => {
  const { access } = await open();
  const token = access.token();
  const replies = await Promise.all([access.signInByToken(token, AT), access.signInByToken(token, AT)]);
  assert.deepEqual(replies.map((it) => it.ok).sort(), [false, true]);
});

Deno.test("once a password is chosen it signs in and no token does, by form or link; programs keep theirs", async () => {
  const { access, first } = await chosen();
  assert.equal(access.tokenToShow(), undefined);
  assert.equal(first.session.mustChoosePassword, false);
  assert.ok(access.findSession(first.id));
  for (const via of ["form", "link"] as const) {
    const reply = await access.signInByToken(access.token(), AT, via);
    assert.deepEqual(reply, { ok: false, why: "other-secret", waitSec: 0 });
  }
  assert.equal(signedIn(await access.signInByPassword(GOOD, AT)).session.browser, "Firefox 132 on Linux");
  assert.equal((await access.signInByPassword(OTHER, AT)).ok, false);
  assert.deepEqual(access.checkToken(access.token(), "192.0.2.9"), { ok: true });
});

Deno.test("choosing a password turns over the token that the console showed until then", async () => {
  const { access } = await open();
  const { session } = signedIn(await access.signInByToken(access.token(), AT));
  const shown = access.tokenToShow();
  await access.setPassword(GOOD, { session, current: "", address: AT.address });
  assert.notEqual(access.token(), shown);
});

Deno.test("the password lies as scrypt of contract 11.2, 0600, and survives a restart", async () => {
  const { host, clock, first } = await chosen();
  assert.equal((await host.info(PATHS.credential))?.mode, 0o600);
  const text = await host.readText(PATHS.credential) ?? "";
  const { status, algorithm, params, hash } = CredentialFile.parse(JSON.parse(text));
  assert.deepEqual([status, algorithm, params], ["active", "scrypt", {
    N: 16_384,
    r: 8,
    p: 1,
    keyLength: 64,
  }]);
  assert.equal(hash.length, 128);
  for (const { bytes } of host.files.values()) {
    assert.ok(!new TextDecoder().decode(bytes).includes(GOOD), "the password lies somewhere as it is");
  }
  const again = await openAccess({ host, clock });
  assert.ok(again.findSession(first.id));
  assert.ok((await again.signInByPassword(GOOD, AT)).ok);
});

Deno.test("what is no password is refused in words that do not repeat it, and changes nothing", async () => {
  const { access } = await open();
  const { session } = signedIn(await access.signInByToken(access.token(), AT));
  for (
    const word of [
      "",
      "short",
      "nocapital-7!",
      "NoDigits!!",
      "Hidden\u200b-Word7!",
      `${GOOD}${"x".repeat(300)}`,
    ]
  ) {
    const reply = await access.setPassword(word, { session, current: "", address: AT.address });
    assert.ok(!reply.ok && reply.why === "unusable", word);
    assert.ok(word === "" || !reply.problems.join().includes(word));
  }
  assert.equal(access.hasPassword(), false);
});

Deno.test("a change asks for the password until now, ends the other sessions and keeps the own", async () => {
  const { access, first, host, clock } = await chosen();
  const other = signedIn(await access.signInByPassword(GOOD, AT));
  let ended = 0;
  access.onEnded(() => ended++);
  const by = { session: first.session, current: OTHER, address: AT.address };
  assert.deepEqual(await access.setPassword(OTHER, by), { ok: false, why: "wrong", waitSec: 0 });
  assert.ok(access.findSession(other.id));
  assert.deepEqual(await access.setPassword(OTHER, { ...by, current: GOOD }), { ok: true });
  assert.equal(access.findSession(other.id), undefined);
  assert.ok(access.findSession(first.id));
  assert.equal(ended, 1, "open pages look again");
  assert.equal((await access.signInByPassword(GOOD, AT)).ok, false);
  const again = await openAccess({ host, clock });
  assert.ok((await again.signInByPassword(OTHER, { address: "192.0.2.8" })).ok);
  assert.equal(again.findSession(other.id), undefined);
  assert.ok(again.findSession(first.id));
});

Deno.test("sessions of an agent without passwords stay after the upgrade, and may choose one", async () => {
  const before = await open();
  const { id, session } = await before.access.startSession();
  const text = await before.host.readText(PATHS.sessions) ?? "";
  const old = JSON.parse(text);
  for (const it of old.sessions) {
    for (const key of ["mustChoosePassword", "address", "browser"]) delete it[key];
  }
  before.host.put(PATHS.sessions, JSON.stringify(old));
  const { access } = await open(before.host, before.clock);
  const found = access.findSession(id);
  assert.equal(found?.mustChoosePassword, false);
  assert.equal(found?.idHash, session.idHash);
  const other = signedIn(await access.signInByToken(access.token(), AT));
  assert.ok(other.session.mustChoosePassword, "who signs in by the token later is asked");
  assert.ok(access.findSession(id), "and that ends nobody's session");
});

Deno.test("resetPassword() takes password and sessions away and makes a token that signs in", async () => {
  const { access, first, host, clock } = await chosen();
  const old = access.token();
  await access.resetPassword();
  assert.equal(access.hasPassword(), false);
  assert.equal(await host.info(PATHS.credential), undefined);
  assert.equal(access.findSession(first.id), undefined);
  assert.notEqual(access.token(), old);
  assert.equal((await access.signInByPassword(GOOD, AT)).ok, false);
  const again = await openAccess({ host, clock });
  assert.ok((await again.signInByToken(access.token(), AT)).ok);
});

Deno.test("a reset by the files of another process counts at the next look, a removed password file too", async () => {
  for (const remove of [false, true]) {
    const { access, first, host, clock } = await chosen();
    if (remove) await host.remove(PATHS.credential);
    else await (await openAccess({ host, clock })).resetPassword();
    await access.refresh();
    assert.equal(access.hasPassword(), false);
    assert.equal(access.isLiving(first.session), false);
    assert.ok((await access.signInByToken(access.token(), AT)).ok);
  }
});

Deno.test("a damaged or tampered password file is none: the token signs in, root has it", async () => {
  const { host } = await chosen();
  const whole = await host.readText(PATHS.credential) ?? "";
  for (const text of ["{", "null", whole.replace("16384", "16385"), whole.replace("16384", "1073741824")]) {
    host.put(PATHS.credential, text);
    const { access } = await open(host);
    assert.equal(access.hasPassword(), false, text.slice(0, 20));
    assert.ok((await access.signInByToken(access.token(), AT)).ok);
  }
});

Deno.test("a folder or link where the password should be is none and does not stop the agent", async () => {
  for (
    const spoil of [
      (host: FakeHost) => host.put(`${PATHS.credential}/inside`, ""),
      (host: FakeHost) => void host.links.set(PATHS.credential, "/etc/shadow"),
    ]
  ) {
    const { access, host } = await chosen();
    await host.remove(PATHS.credential);
    spoil(host);
    await access.refresh();
    assert.equal(access.hasPassword(), false);
    assert.ok((await access.signInByToken(access.token(), AT)).ok);
  }
});

Deno.test("PasswordHash takes nothing that would take the machine, whatever stands there (fuzz)", async () => {
  const good = await hashPassword(GOOD);
  const text = JSON.stringify(good);
  const random = new Random(campaignSeed(11));
  for (let round = 0; round < campaignCount(2_000); round++) {
    let json: unknown;
    try {
      json = JSON.parse(random.mutate(text));
    } catch {
      continue;
    }
    const { data } = PasswordHash.safeParse(json);
    assert.ok(!data || 128 * data.params.N * data.params.r <= 256 * 1024 * 1024, `round ${round}`);
  }
});

Deno.test("a password is the same whichever way its letters are composed", async () => {
  const kept = await hashPassword("Cafe\u0301-Word7!");
  assert.ok(await isPassword("Caf\u00e9-Word7!", kept));
  assert.equal(await isPassword("Cafe-Word7!", kept), false);
});

Deno.test("guesses that come side by side share one allowance, and none is hashed while its source has to wait", async () => {
  const { access } = await chosen();
  const guesses = await Promise.all(
    Array.from({ length: 12 }, (_, i) => access.signInByPassword(`${OTHER}${i}`, { address: "192.0.2.66" })),
  );
  const judged = guesses.filter((it) => !it.ok && it.why === "wrong").length;
  assert.equal(judged, 5);
  assert.equal(guesses.filter((it) => !it.ok && it.why === "wait").length, 7);
  const startedMs = performance.now();
  for (let i = 0; i < 1_000; i++) await access.signInByPassword(GOOD, { address: "192.0.2.66" });
  assert.ok(performance.now() - startedMs < 1_000, "a locked-out source costs no hash");
  assert.ok((await access.signInByPassword(GOOD, AT)).ok, "others are let in");
});

Deno.test("with many sources at once so many wait, the others are told to come again and lose no guess", async () => {
  const { access } = await chosen();
  const replies = await Promise.all(
    Array.from({ length: 60 }, (_, i) => access.signInByPassword(OTHER, { address: `192.0.2.${i}` })),
  );
  const busy = replies.flatMap((it, i) => !it.ok && it.why === "busy" ? [i] : []);
  assert.ok(busy.length >= 40, `${busy.length}`);
  for (let i = 0; i < 4; i++) await access.signInByPassword(OTHER, { address: `192.0.2.${busy[0]}` });
  assert.ok((await access.signInByPassword(GOOD, { address: `192.0.2.${busy[0]}` })).ok, "it had all five");
});

Deno.test("wrong tokens of programs lock nobody out of the password form", async () => {
  const { access } = await chosen();
  for (let i = 0; i < 50; i++) access.checkToken("stale", AT.address);
  assert.ok((await access.signInByPassword(GOOD, AT)).ok);
});

Deno.test("OneByOne runs in order, one at a time, and goes on after a failure", async () => {
  const order: number[] = [];
  const queue = new OneByOne(3);
  let running = 0;
  const work = (n: number) => async () => {
    assert.equal(++running, 1);
    await Promise.resolve();
    running--;
    order.push(n);
    if (n === 1) throw new Error("no");
  };
  const all = [queue.run(work(1)).catch(() => {}), queue.run(work(2)), queue.run(work(3))];
  assert.ok(queue.isFull);
  await assert.rejects(queue.run(work(4)), RangeError);
  await Promise.all(all);
  assert.deepEqual(order, [1, 2, 3]);
  assert.equal(queue.isFull, false);
});

Deno.test("a full disk keeps nobody out: the token, the first password and sign-ins work, and are kept later", async () => {
  const { access, host, clock } = await open();
  host.writeError = "no space left on device";
  const token = access.token();
  const { session, id } = signedIn(await access.signInByToken(token, AT));
  assert.equal(access.token(), token, "what root reads in the file opens what it says");
  assert.deepEqual(await access.setPassword(GOOD, { session, current: "", address: AT.address }), {
    ok: true,
  });
  assert.ok((await access.signInByPassword(GOOD, AT)).ok);
  assert.ok(access.findSession(id));
  const change = await access.setPassword(OTHER, { session, current: GOOD, address: AT.address });
  assert.ok(!change.ok && change.why === "not-kept", "a change that would be forgotten is refused");
  host.writeError = undefined;
  await access.refresh();
  assert.notEqual(access.token(), token, "it turns over once there is room");
  assert.ok(access.findSession(id), "and that ends nobody's session");
  const again = await openAccess({ host, clock });
  assert.ok((await again.signInByPassword(GOOD, AT)).ok);
});

Deno.test("resetPassword() works on a full disk", async () => {
  const { access, host, first } = await chosen();
  host.remove = (path) => (host.files.delete(path), Promise.resolve());
  host.writeError = "no space left on device";
  await access.resetPassword();
  assert.equal(access.hasPassword(), false);
  assert.equal(access.findSession(first.id), undefined);
  assert.ok((await access.signInByToken(access.token(), AT)).ok);
});

Deno.test("a look at the files amid a change of the password takes it for nobody else's work", async () => {
  const { access, first, host } = await chosen();
  const [written, looked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const write = host.writeFile.bind(host);
  host.writeFile = async (path, data, options) => {
    await write(path, data, options);
    if (path !== PATHS.credential) return;
    written.resolve();
    await looked.promise; // on the disk, and not yet known here
  };
  const by = { session: first.session, current: GOOD, address: AT.address };
  const changing = access.setPassword(OTHER, by);
  await written.promise;
  const looking = access.refresh();
  for (let i = 0; i < 50; i++) await Promise.resolve();
  looked.resolve();
  assert.deepEqual(await changing, { ok: true });
  await looking;
  assert.ok(access.findSession(first.id), "the session that changed it lives");
});

Deno.test("sessions() tells each living one with its last address; one is ended by itself, or all but one", async () => {
  const { access, first } = await chosen();
  const other = signedIn(await access.signInByPassword(GOOD, { address: "192.0.2.8" }));
  access.findSession(other.id, { address: "192.0.2.9" });
  assert.deepEqual(access.sessions().map((it) => it.address).sort(), ["192.0.2.7", "192.0.2.9"]);
  assert.ok(access.sessions().every((it) => !other.id.includes(shortId(it))));
  await access.endSession(other.session);
  assert.deepEqual(access.sessions().map(shortId), [shortId(first.session)]);
  const third = signedIn(await access.signInByPassword(GOOD, AT));
  await access.endSessions(third.session);
  assert.deepEqual(access.sessions().map(shortId), [shortId(third.session)]);
  await access.endSessions();
  assert.deepEqual(access.sessions(), []);
});

Deno.test("a charge that is taken back by success forgets what went before, as the back-off rules say", async () => {
  const { access } = await chosen();
  for (let i = 0; i < 4; i++) await access.signInByPassword(OTHER, AT);
  assert.ok((await access.signInByPassword(GOOD, AT)).ok, "the fifth try is still free");
  const backOff = new BackOff(new FakeClock());
  backOff.fail("x");
  backOff.succeed("x");
  assert.equal(backOff.waitSec("x"), 0);
});
