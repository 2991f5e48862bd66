import assert from "node:assert/strict";
import { openAccess } from "../../../agent/access/mod.ts";
import { createAuditLog } from "../../../agent/access/audit_log.ts";
import { shortId } from "../../../agent/access/sessions.ts";
import { systemClock } from "../../../agent/clock.ts";
import { RealHost } from "../../../agent/host/real_host.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const GOOD = "Management-7!";
const TOKEN = "7Q4MX-00000-11111-22222-33333-44444";

/** A stopped appliance. */
async function withRoot(body: (root: string, host: RealHost) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-access-" });
  try {
    await body(root, new RealHost(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const open = (host: RealHost) => openAccess({ host, clock: systemClock });

Deno.test("password set takes a line of a pipe, or what is typed twice, never an argument", () =>
  withRoot(async (root, host) => {
    const piped = await cli(["password", "set", "--root", root], { input: `${GOOD}\n` });
    assert.equal(piped.code, 0, piped.err);
    assert.equal(piped.out, "");
    assert.ok((await (await open(host)).signInByPassword(GOOD, { address: "a" })).ok);
    const typed = await cli(["password", "set", "--root", root], {
      input: "Other-Word8?\nOther-Word8?",
      isTyped: true,
    });
    assert.equal(typed.code, 0, typed.err);
    assert.match(typed.err, /New management password: \nThe same once more: \n/);
    const differ = await cli(["password", "set", "--root", root], {
      input: `${GOOD}\nOther-Word8?`,
      isTyped: true,
    });
    assert.equal(differ.code, 2);
    assert.match(differ.err, /different/);
    const argument = await cli(["password", "set", GOOD, "--root", root]);
    assert.equal(argument.code, 2);
    assert.ok(!argument.err.includes(GOOD));
    const simple = await cli(["password", "set", "--root", root], { input: "simple" });
    assert.equal(simple.code, 2);
    assert.match(simple.err, /at least 8 characters\n.*upper-case/);
    const nothing = await cli(["password", "set", "--root", root], { input: "", isTyped: true });
    assert.equal(nothing.code, 2);
    assert.ok((await (await open(host)).signInByPassword("Other-Word8?", { address: "a" })).ok);
  }));

Deno.test("password reset asks first, then says token and address; without a running agent a note is left", () =>
  withRoot(async (root, host) => {
    await cli(["password", "set", "--root", root], { input: GOOD });
    const no = await cli(["password", "reset", "--root", root], { input: "no" });
    assert.equal(no.code, 1);
    assert.match(no.err, /signs every browser out.*\n.*\nType "yes" to go on: \nNothing has changed/);
    assert.equal((await open(host)).hasPassword(), true);
    for (const [args, input] of [[[], "yes"], [["--yes"], ""]] as const) {
      const yes = await cli(["password", "reset", ...args, "--root", root], { input });
      assert.equal(yes.code, 0, yes.err);
      const access = await open(host);
      assert.equal(access.hasPassword(), false);
      assert.match(
        yes.out,
        new RegExp(`^Open in a browser: http://\\S+:8080/\nSetup token: +${access.token()}\n$`),
      );
    }
    const notes = (await host.readText(PATHS.auditNotes) ?? "").trim().split("\n").map((it) =>
      JSON.parse(it).type
    );
    assert.deepEqual(notes, ["access.set-password", "access.reset-password", "access.reset-password"]);
    assert.equal((await host.info(PATHS.auditNotes))?.mode, 0o600);
  }));

Deno.test("the running agent does it, where there is one; its refusal is told", () =>
  withStandIn(async (agent) => {
    const done = { status: 200, body: { token: TOKEN, hasPassword: false, tokenToShow: TOKEN } };
    agent.answers["POST /api/v1/access/reset-password"] = [done];
    agent.answers["POST /api/v1/access/rotate-token"] = [done];
    agent.answers["POST /api/v1/access/set-password"] = [{ status: 200, body: {} }, {
      status: 409,
      body: { title: "The password was not set", detail: "It stays as it was: the disk is full" },
    }];
    const root = ["--root", agent.root];
    assert.match((await cli(["password", "reset", "--yes", ...root])).out, new RegExp(TOKEN));
    assert.equal((await cli(["token", "rotate", ...root])).out, `${TOKEN}\n`);
    assert.equal((await cli(["password", "set", ...root], { input: GOOD })).code, 0);
    assert.deepEqual(agent.asked.at(-1)?.body, { password: GOOD });
    const refused = await cli(["password", "set", ...root], { input: GOOD });
    assert.deepEqual([refused.code, refused.err], [1, "It stays as it was: the disk is full\n"]);
    const host = new RealHost(agent.root);
    assert.equal(await host.info(PATHS.auditNotes), undefined, "it has a log of its own");
    assert.equal(await host.info(PATHS.setupToken), undefined);
  }));

Deno.test("an older agent that does not know it is no obstacle", () =>
  withStandIn(async (agent) => {
    const { code, out, err } = await cli(["token", "rotate", "--root", agent.root]);
    assert.equal(code, 0, err);
    assert.equal(out.trim(), (await open(new RealHost(agent.root))).token());
  }));

Deno.test("token show tells what the token is for once there is a password", () =>
  withRoot(async (root) => {
    const before = await cli(["token", "show", "--root", root]);
    assert.equal(before.err, "");
    await cli(["password", "set", "--root", root], { input: GOOD });
    const after = await cli(["token", "show", "--root", root]);
    assert.match(after.err, /for programs.*alga-agent password reset/);
    assert.notEqual(after.out, before.out);
  }));

Deno.test("sessions are shown and ended by name or all, with and without the running agent", () =>
  withRoot(async (root, host) => {
    const access = await open(host);
    const one = await access.startSession({ address: "192.0.2.7", browser: "Firefox 132 on Linux" });
    const two = await access.startSession({ address: "192.0.2.8", browser: "evil\u001b[2J" });
    const shown = await cli(["sessions", "show", "--root", root]);
    assert.match(
      shown.out,
      new RegExp(`${shortId(one.session)}  Firefox 132 on Linux, 192\\.0\\.2\\.7; signed in`),
    );
    assert.ok(!shown.out.includes("\u001b"));
    const json = JSON.parse((await cli(["sessions", "-o", "json", "--root", root])).out);
    assert.equal(json.sessions.length, 2);
    for (const args of [["end"], ["end", "x", "--all"], ["show", "x"], ["what"]]) {
      assert.equal((await cli(["sessions", ...args, "--root", root])).code, 2, args.join());
    }
    assert.equal((await cli(["sessions", "end", "00000000", "--root", root])).code, 1);
    const ended = await cli(["sessions", "end", shortId(one.session), "--root", root]);
    assert.deepEqual([ended.code, ended.err], [0, "1 session ended.\n"]);
    assert.equal((await open(host)).findSession(one.id), undefined);
    assert.ok((await open(host)).findSession(two.id, { isUse: false }));
    assert.equal((await cli(["sessions", "end", "--all", "--root", root])).err, "1 session ended.\n");
    assert.equal((await cli(["sessions", "--root", root])).out, "Nobody is signed in.\n");
  }));

Deno.test("sessions of the running agent are asked of it", () =>
  withStandIn(async (agent) => {
    const row = {
      id: "0a1b2c3d",
      address: "a",
      browser: "b",
      signedInBy: "token",
      startedAt: "2026",
      usedAt: "2026",
    };
    agent.answers["GET /api/v1/sessions"] = [{ status: 200, body: { sessions: [row] } }];
    agent.answers["POST /api/v1/sessions/end"] = [{ status: 200, body: { ended: 3 } }];
    assert.match((await cli(["sessions", "--root", agent.root])).out, /^0a1b2c3d {2}b, a/);
    assert.equal((await cli(["sessions", "end", "--all", "--root", agent.root])).err, "3 sessions ended.\n");
    await cli(["sessions", "end", "0a1b2c3d", "--root", agent.root]);
    assert.deepEqual(agent.asked.slice(-2).map((it) => it.body), [{ all: true }, { id: "0a1b2c3d" }]);
  }));

Deno.test("audit shows the log oldest first, by time and kind, as text and JSON, and says when it is not whole", () =>
  withRoot(async (root, host) => {
    assert.deepEqual(await cli(["audit", "--root", root]), { code: 0, out: "", err: "" });
    const log = createAuditLog({ host, clock: systemClock, say: () => {} });
    await log.record("sign-in.accepted", { via: "browser", address: "192.0.2.7", by: "password" });
    await log.record("settings.apply", { via: "command line", result: "accepted", what: "\u001b[2J" });
    const all = await cli(["audit", "--root", root]);
    assert.match(
      all.out,
      /^\S+Z Signed in: browser, 192\.0\.2\.7: by password\n\S+Z Change of settings asked for: /,
    );
    assert.ok(!all.out.includes("\u001b"));
    const only = await cli(["audit", "--kind", "settings", "-o", "json", "--root", root]);
    assert.deepEqual(JSON.parse(only.out).type, "settings.apply");
    assert.equal((await cli(["audit", "--since", "2999-01-01", "--root", root])).out, "");
    assert.equal((await cli(["audit", "--since", "yesterday", "--root", root])).code, 2);
    const path = host.path(PATHS.audit);
    await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace("192.0.2.7", "192.0.2.8"));
    const changed = await cli(["audit", "--root", root]);
    assert.equal(changed.code, 4);
    assert.match(changed.err, /not whole\. Entry 1 is damaged/);
  }));
