import assert from "node:assert/strict";
import { shortId } from "../../agent/access/sessions.ts";
import { readAudit } from "../../agent/access/read_audit.ts";
import { auditType } from "../../routes/audit_changes.ts";
import { follow, settle, startApp } from "./start_app.ts";

const GOOD = "Management-7!";
const OTHER = "Another-Word8?";
type App = Awaited<ReturnType<typeof startApp>>;

/** A browser: sends forms with its cookie and the token of its pages. */
function browser(app: App, address = "192.0.2.20") {
  let cookie: Record<string, string> = {};
  const keep = (response: Response) => {
    const set = response.headers.get("set-cookie")?.split(";")[0];
    if (set !== undefined) cookie = { cookie: set };
    return response;
  };
  const it = {
    get: (path: string) => app.fetch("GET", path, cookie, undefined, address),
    async csrf(path: string) {
      return /name="csrf" value="([^"]+)"/.exec(await (await it.get(path)).text())?.[1] ?? "";
    },
    async post(path: string, fields: Record<string, string>, csrf = "") {
      const body = new URLSearchParams({ ...fields, csrf }).toString();
      return keep(await app.fetch("POST", path, { ...cookie, ...app.form }, body, address));
    },
    /** Sends the form of a page that carries the page's own token. */
    send: async (path: string, fields: Record<string, string>, page = path) =>
      await it.post(path, fields, await it.csrf(page)),
    async link(path: string) {
      return keep(await it.get(path));
    },
  };
  return it;
}

/** Signed in, with the password chosen. */
async function chosen(app: App) {
  const first = browser(app);
  await first.post("/login", { token: app.access.token() });
  const reply = await first.send("/password", { password: GOOD, again: GOOD, next: "/setup" });
  assert.deepEqual([reply.status, reply.headers.get("location")], [303, "/setup"]);
  return first;
}

for (const how of ["form", "link"] as const) {
  Deno.test(`the first sign-in by ${how} leads to the choice of a password, and nothing else opens before`, async () => {
    const app = await startApp();
    const it = browser(app);
    const token = app.access.token();
    if (how === "form") await it.post("/login", { token, next: "/setup" });
    else assert.equal((await it.link(`/setup?token=${token}`)).headers.get("location"), "/setup");
    const there = await it.get("/setup");
    assert.deepEqual([there.status, there.headers.get("location")], [303, "/password?next=%2Fsetup"]);
    for (const path of ["/", "/settings", "/sessions", "/audit"]) {
      assert.match((await it.get(path)).headers.get("location") ?? "", /^\/password/, path);
    }
    for (const path of ["/api/status", "/api/v1/sessions", "/api/v1/audit"]) {
      const refused = await it.get(path);
      assert.equal(refused.status, 403, path);
      assert.equal((await refused.json()).reason, "password-needed");
    }
    const csrf = await it.csrf("/password");
    assert.equal((await it.post("/setup/start", {}, csrf)).status, 403);
    const page = await (await it.get("/password")).text();
    assert.doesNotMatch(page, /<nav/, "there is nowhere to go yet");
    assert.match(page, /Sign out/);
    const done = await it.send("/password", { password: GOOD, again: GOOD });
    assert.equal(done.status, 303);
    assert.equal((await it.get("/setup?live=off")).status, 200);
  });
}

Deno.test("passwords that differ or are too simple are told by field and never sent back", async () => {
  const app = await startApp();
  const it = browser(app);
  await it.post("/login", { token: app.access.token() });
  for (
    const [fields, words] of [
      [{ password: GOOD, again: OTHER }, /The two passwords are different/],
      [{ password: "tooSimple", again: "tooSimple" }, /must contain a digit/],
      [{ password: "Hid\u200bden-7!!", again: "Hid\u200bden-7!!" }, /cannot be typed when signing in/],
    ] as const
  ) {
    const reply = await it.send("/password", fields);
    const text = await reply.text();
    assert.equal(reply.status, 422);
    assert.match(text, words);
    assert.match(text, /<title>Error: /);
    for (const word of Object.values(fields)) assert.ok(!text.includes(word), "it came back");
  }
  assert.equal(app.access.hasPassword(), false);
});

Deno.test("later the form asks for the password, tells what is wrong, and how long to wait", async () => {
  const app = await startApp();
  await chosen(app);
  const it = browser(app, "192.0.2.30");
  const form = await (await it.get("/login")).text();
  assert.match(form, /type="password"/);
  assert.match(form, /alga-agent password reset/);
  assert.doesNotMatch(form, /name="token"/);
  const old = await it.post("/login", { token: app.access.token() });
  assert.equal(old.status, 403);
  assert.match(await old.text(), /A management password was chosen meanwhile/);
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await it.post("/login", { password: OTHER })).status);
  assert.deepEqual(statuses, [403, 403, 403, 403, 429, 429]);
  const late = await it.post("/login", { password: GOOD });
  assert.match(await late.text(), /Too many wrong passwords from your address. Try again in 60\u00a0s/);
  assert.equal(late.headers.get("retry-after"), "60");
  const right = await browser(app, "192.0.2.31").post("/login", { password: GOOD, next: "/setup" });
  assert.deepEqual([right.status, right.headers.get("location")], [303, "/setup"]);
});

Deno.test("once there is a password a link with the token opens nothing and costs nobody a guess", async () => {
  const app = await startApp();
  await chosen(app);
  const it = browser(app, "192.0.2.30");
  for (let i = 0; i < 20; i++) {
    const reply = await it.link(`/setup?token=${i === 0 ? app.access.token() : "wrong"}`);
    assert.deepEqual([reply.status, reply.headers.get("set-cookie")], [303, null]);
  }
  assert.equal((await it.post("/login", { password: GOOD })).status, 303);
});

Deno.test("a password that another site makes a browser send is not judged", async () => {
  const app = await startApp();
  await chosen(app);
  const body = new URLSearchParams({ password: OTHER }).toString();
  for (let i = 0; i < 20; i++) {
    const headers = { ...app.form, origin: "http://evil.example" };
    assert.equal((await app.fetch("POST", "/login", headers, body, "192.0.2.30")).status, 403);
  }
  assert.equal((await browser(app, "192.0.2.30").post("/login", { password: GOOD })).status, 303);
});

Deno.test("a change of the password asks for the one until now", async () => {
  const app = await startApp();
  const it = await chosen(app);
  const fields = { password: OTHER, again: OTHER, current: "Wrong-Guess7!" };
  const wrong = await it.send("/password", fields);
  assert.equal(wrong.status, 403);
  assert.match(await wrong.text(), /href="#current"[^]*This is not the management password/);
  assert.equal((await it.post("/password", { ...fields, current: GOOD }, "forged")).status, 403);
  assert.equal((await it.send("/password", { ...fields, current: GOOD })).status, 303);
  assert.equal((await it.get("/setup?live=off")).status, 200);
});

Deno.test("/sessions tells who is signed in, ends one or all others, and its live page at once", async () => {
  const app = await startApp();
  const it = await chosen(app);
  const other = browser(app, "192.0.2.40");
  await other.post("/login", { password: GOOD });
  const live = follow(await other.get("/setup"));
  await settle();
  const page = await (await it.get("/sessions")).text();
  assert.match(page, /192\.0\.2\.40/);
  assert.equal(page.split("this one").length, 2);
  const ids = [...page.matchAll(/name="id" value="([0-9a-f]{8})"/g)].map((found) => found[1]);
  assert.equal(ids.length, 2);
  const found = app.access.sessions().find((session) => session.address === "192.0.2.40");
  const id = shortId(found ?? assert.fail());
  assert.equal((await it.post("/sessions/end", { id }, "forged")).status, 403);
  assert.equal((await it.send("/sessions/end", { id }, "/sessions")).headers.get("location"), "/sessions");
  await settle(); // no time passes
  await live.rest;
  assert.match(live.text(), /You are signed out/);
  assert.equal((await other.get("/api/status")).status, 401);
  await other.post("/login", { password: GOOD });
  assert.equal((await it.send("/sessions/end-others", {}, "/sessions")).status, 303);
  assert.equal((await other.get("/api/status")).status, 401);
  const own = shortId(app.access.sessions()[0] ?? assert.fail());
  const ended = await it.send("/sessions/end", { id: own }, "/sessions");
  assert.equal(ended.headers.get("location"), "/login");
  assert.match(ended.headers.get("set-cookie") ?? "", /Max-Age=0/);
  assert.equal((await it.get("/api/status")).status, 401);
});

Deno.test("programs list and end sessions, and are told when there is no such one", async () => {
  const app = await startApp();
  await chosen(app);
  const headers = { authorization: `Bearer ${app.access.token()}`, "content-type": "application/json" };
  const list = async () => (await (await app.fetch("GET", "/api/v1/sessions", headers)).json()).sessions;
  const [first, ...rest] = await list();
  assert.deepEqual([first.signedInBy, first.isOwn, rest.length], ["password", false, 0]);
  assert.ok(!JSON.stringify(first).includes(app.access.sessions()[0]?.csrfToken ?? "?"));
  const end = async (body: unknown) => {
    const reply = await app.fetch("POST", "/api/v1/sessions/end", headers, JSON.stringify(body));
    return [reply.status, await reply.json()];
  };
  assert.equal((await end({ id: "00000000" }))[0], 409);
  assert.equal((await end({ id: first.id, all: true }))[0], 422);
  assert.equal((await end({}))[0], 422);
  assert.deepEqual(await end({ id: first.id }), [200, { ended: 1 }]);
  assert.deepEqual(await end({ all: true }), [200, { ended: 0 }]);
});

Deno.test("/audit tells sign-ins and changes with who and what came of it, newest first, by kind and page", async () => {
  const app = await startApp();
  const it = await chosen(app);
  await browser(app, "192.0.2.41").post("/login", { password: OTHER });
  await it.send("/setup/retry", {}, "/sessions");
  const page = await (await it.get("/audit")).text();
  const heads = [...page.matchAll(/<h3>([^<]*)<\/h3>/g)].map((found) => found[1]);
  assert.deepEqual(heads, [
    "Setup asked for again",
    "Sign-in refused",
    "Management password set",
    "Signed in",
  ]);
  assert.match(page, /browser, 192\.0\.2\.20, session [0-9a-f]{8}: refused \(409\), locked/);
  const only = await (await it.get("/audit?kind=sign-in")).text();
  assert.equal(only.split("<h3>").length, 3);
  for (let i = 0; i < 60; i++) await it.send("/setup/recheck", {}, "/sessions");
  const first = await (await it.get("/audit?kind=setup")).text();
  assert.equal(first.split("<h3>").length, 51);
  const older = /href="(\/audit\?kind=setup&amp;before=\d+)"/.exec(first)?.[1]?.replace("&amp;", "&");
  assert.equal((await (await it.get(older ?? "")).text()).split("<h3>").length, 12);
  const json = await (await it.get("/api/v1/audit?limit=3&kind=setup")).json();
  assert.deepEqual([json.entries.length, json.problem, typeof json.before], [3, null, "number"]);
});

Deno.test("every change that a browser, a program or the command line asks for is in the log, refused ones too", async () => {
  const app = await startApp();
  const headers = { authorization: `Bearer ${app.access.token()}`, "content-type": "application/json" };
  await app.fetch("POST", "/api/v1/setup/retry", headers, "{}");
  await app.fetch("POST", "/api/v1/settings/plan", headers, "{}"); // changes nothing
  await app.fetch("GET", "/api/status", headers);
  await app.fetch("POST", "/nothing/here", headers, "{}");
  const form = { ...app.cookie, ...app.form };
  await app.fetch("POST", "/setup", form, `csrf=${app.session.csrfToken}`); // the form is not sent off yet
  await app.fetch("POST", "/logout", form, `csrf=${app.session.csrfToken}`);
  const { entries } = await readAudit(app.host);
  assert.deepEqual(entries.map(({ type, data }) => [type, data.via, data.result, data.session]), [
    ["setup.retry", "API token", "refused (409)", undefined],
    ["session.sign-out", "browser", "accepted", shortId(app.session)],
  ]);
});

Deno.test("auditType() names the paths of later operations by itself, bounded whatever they are", () => {
  assert.equal(auditType("POST", "/updates/start"), "updates.start");
  assert.equal(auditType("POST", "/api/v1/updates/start"), "updates.start");
  assert.equal(auditType("PUT", "/api/v1/settings"), "settings.apply");
  assert.equal(auditType("POST", `/x/${"y".repeat(9_000)}/<script>`), "x");
  assert.equal(auditType("POST", "/%00"), "other");
  assert.equal(auditType("GET", "/setup/start"), undefined);
});

Deno.test("an audit log that cannot be written keeps nobody from signing in or changing something", async () => {
  const app = await startApp();
  await chosen(app);
  const append = app.host.appendFile.bind(app.host);
  app.host.appendFile = () => Promise.reject(new Error("no space left on device"));
  const it = browser(app, "192.0.2.50");
  assert.equal((await it.post("/login", { password: GOOD })).status, 303);
  app.host.appendFile = append;
  await it.send("/setup/retry", {}, "/sessions");
  const { entries } = await readAudit(app.host);
  assert.deepEqual(entries.slice(-2).map((entry) => entry.type), ["audit.missed", "setup.retry"]);
});
