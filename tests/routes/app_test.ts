import assert from "node:assert/strict";
import { PATHS } from "../../agent/state/paths.ts";
import { campaignCount, campaignSeed } from "../campaign_size.ts";
import { Random } from "../fakes/random.ts";
import { follow, settle, startApp } from "./start_app.ts";

Deno.test("POST /login opens a session with the token only, and says how long to wait", async () => {
  const { access, fetch, form } = await startApp();
  const right = await fetch("POST", "/login", form, `token=${access.token()}&next=/setup`);
  assert.equal(right.status, 303);
  assert.equal(right.headers.get("location"), "/setup");
  assert.match(right.headers.get("set-cookie") ?? "", /HttpOnly; SameSite=Strict/);
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await fetch("POST", "/login", form, "token=wrong")).status);
  assert.deepEqual(statuses, [403, 403, 403, 403, 429, 429]);
  assert.equal((await fetch("POST", "/login", form, `token=${access.token()}`, "192.0.2.8")).status, 303);
});

Deno.test("links with a wrong token lead to the form, say so, and use up nothing that the form needs", async () => {
  const { access, fetch, form } = await startApp();
  for (let i = 0; i < 50; i++) {
    const wrong = await fetch("GET", "/?token=wrong");
    assert.deepEqual([wrong.status, wrong.headers.get("location"), wrong.headers.get("set-cookie")], [
      303,
      "/login?link=wrong&next=/",
      null,
    ]);
  }
  const page = await (await fetch("GET", "/login?link=wrong&next=/setup")).text();
  assert.match(page, /role="alert"[^]*The link that you followed does not sign in any more/);
  assert.match(page, /name="next" value="\/setup"/);
  const right = await fetch("POST", "/login", form, `token=${access.token()}`);
  assert.ok(right.headers.get("set-cookie"));
});

Deno.test("a link in a picture, a frame or a page that opens by itself is not looked at", async () => {
  const { access, fetch } = await startApp();
  const ask = (mode: string, dest: string, site: string, user?: string) =>
    fetch("GET", `/?token=${access.token()}`, {
      "sec-fetch-mode": mode,
      "sec-fetch-dest": dest,
      "sec-fetch-site": site,
      ...(user === undefined ? {} : { "sec-fetch-user": user }),
    }).then((it) => it.headers.has("set-cookie"));
  assert.equal(await ask("no-cors", "image", "cross-site"), false);
  assert.equal(await ask("navigate", "iframe", "cross-site", "?1"), false);
  assert.equal(await ask("navigate", "document", "cross-site"), false);
  assert.equal(await ask("navigate", "document", "cross-site", "?1"), true);
  assert.equal(await ask("navigate", "document", "none"), true);
});

Deno.test("a link with any token leaves who is signed in signed in", async () => {
  const { fetch, cookie } = await startApp();
  const response = await fetch("GET", "/setup?token=wrong", cookie);
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/setup"]);
  assert.equal((await fetch("GET", "/?live=off", cookie)).status, 200);
});

Deno.test("a link with the token is exchanged and the token is gone from the address", async () => {
  const { access, fetch } = await startApp();
  const response = await fetch("GET", `/setup?token=${access.token()}`);
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "/setup");
  assert.ok(response.headers.get("set-cookie"));
});

Deno.test("forged requests are refused: name, origin, form token", async () => {
  const { fetch, cookie, form, session } = await startApp();
  assert.equal((await fetch("GET", "/login", { host: "evil.example" })).status, 421);
  assert.equal((await fetch("GET", "/login", { host: "appliance-01:8080" })).status, 200);
  assert.equal(
    (await fetch("POST", "/login", { ...form, origin: "http://evil.example" }, "token=x")).status,
    403,
  );
  assert.equal(
    (await fetch("POST", "/login", { ...form, "sec-fetch-site": "cross-site" }, "token=x")).status,
    403,
  );
  assert.equal((await fetch("POST", "/logout", { ...cookie, ...form }, "")).status, 403);
  assert.equal(
    (await fetch(
      "POST",
      "/logout",
      { ...cookie, ...form },
      `csrf=${encodeURIComponent("é".repeat(session.csrfToken.length))}`,
    )).status,
    403,
  );
  assert.equal(
    (await fetch("POST", "/logout", { ...cookie, ...form }, `csrf=${session.csrfToken}`)).status,
    303,
  );
  assert.equal((await fetch("GET", "/api/status", cookie)).status, 401);
});

Deno.test("every answer carries the security headers and no page a script", async () => {
  const { fetch, cookie } = await startApp();
  for (
    const [method, path] of [
      ["GET", "/login"],
      ["GET", "/setup?live=off"],
      ["GET", "/nothing"],
      ["PUT", "/"],
      ["GET", "/healthz"],
      ["GET", "/%E0%A4%A"],
    ] as const
  ) {
    const response = await fetch(method, path, cookie);
    assert.match(response.headers.get("content-security-policy") ?? "", /^default-src 'none'/, path);
    assert.ok(!/<script|javascript:|style="/i.test(await response.text()), path);
  }
});

Deno.test("outside text is escaped and cannot turn the direction of writing", async () => {
  const { fetch, cookie } = await startApp();
  const text = await (await fetch("GET", "/setup?live=off", cookie)).text();
  assert.ok(!text.includes("<b>x</b>"));
  assert.ok(!text.includes("\u202e"));
});

Deno.test("POST /api/v1/setup refuses what it cannot use, field by field, and never repeats the password", async () => {
  const { access, fetch, submitted } = await startApp();
  const headers = { authorization: `Bearer ${access.token()}`, "content-type": "application/json" };
  const good = {
    appUrl: "psa.example.com",
    tenantName: "A",
    adminFirstName: "B",
    adminLastName: "C",
    adminEmail: "D@E.FG",
    adminPassword: "Correct-Horse7!",
  };
  const post = (body: unknown, more = {}) =>
    fetch("POST", "/api/v1/setup", { ...headers, ...more }, JSON.stringify(body));
  const unknown = await post({ ...good, colour: "red", adminEmail: "no" });
  assert.equal(unknown.status, 422);
  const problem = await unknown.text();
  assert.ok(
    problem.includes('"colour"') && problem.includes("adminEmail") && !problem.includes("Correct-Horse7!"),
  );
  assert.equal((await post({ ...good, tenantName: "a\u0000b" })).status, 422);
  assert.equal((await post(good, { "content-type": "text/plain" })).status, 415);
  assert.equal((await post({ ...good, tenantName: "x".repeat(70_000) })).status, 413);
  assert.equal((await fetch("POST", "/api/v1/setup", headers, "{")).status, 400);
  assert.equal(submitted.length, 0);
  assert.equal((await post(good)).status, 202);
  assert.deepEqual(
    (submitted[0] as { appUrl: string; adminEmail: string }).appUrl,
    "https://psa.example.com",
  );
  const conflict = await fetch("POST", "/api/v1/setup/retry", headers, "{}");
  assert.equal(conflict.status, 409);
  assert.match(await conflict.text(), /console tty1/);
});

Deno.test("a HEAD on a live page leaves nothing open", async () => {
  const { fetch, cookie, subscriptions } = await startApp();
  for (let i = 0; i < 5; i++) await fetch("HEAD", "/setup", cookie);
  assert.equal(subscriptions(), 0);
});

Deno.test("no path, query or Host header gets anything but an answer (fuzz)", async () => {
  const { fetch, cookie } = await startApp();
  const random = new Random(campaignSeed(7));
  for (let round = 0; round < campaignCount(300); round++) {
    const path = `/${encodeURI(random.text(20).toWellFormed())}`;
    const host = random.mutate("appliance-01:8080").replaceAll(/[^\x20-\x7e]/g, "");
    const response = await fetch("GET", path, { ...cookie, host }).catch((error) => {
      assert.ok(error instanceof TypeError, `round ${round}: ${error}`); // the test's own Request cannot be built
      return undefined;
    });
    assert.ok(response === undefined || response.status < 500, `round ${round}: ${response?.status}`);
    await response?.body?.cancel();
  }
});

const OTHER_TOKEN = "7Q4MX-00000-11111-22222-33333-44444";

for (
  const [how, end] of [
    ["its session is signed out", (it) => it.access.endSession(it.session)],
    ["the token is changed", async (it) => {
      it.host.put(PATHS.setupToken, `${OTHER_TOKEN}\n`);
      await it.access.refresh();
    }],
  ] as readonly [string, (it: Awaited<ReturnType<typeof startApp>>) => Promise<void>][]
) {
  Deno.test(`an open live page ends in words when ${how}, and shows nothing more`, async () => {
    const it = await startApp();
    const page = follow(await it.fetch("GET", "/setup", it.cookie));
    await settle();
    it.changed("another message");
    await it.clock.advance(1_000);
    assert.ok(!page.text().includes("signed out"), "it follows while its reader may");
    const before = page.text().split("<section").length;
    assert.ok(before > 2, "a change was shown");
    await end(it);
    // Within the time of one look, even if nothing changes.
    await it.clock.advance(10_000);
    await settle();
    assert.match(page.text(), /You are signed out[^]*href="\/login\?next=%2Fsetup"[^]*<\/html>$/);
    assert.equal(page.text().split("<section").length, before + 1, "the words and nothing else");
    await page.rest;
  });
}

Deno.test("an open live page replaces nothing where nothing has changed, and its connection is kept", async () => {
  const it = await startApp();
  const page = follow(await it.fetch("GET", "/setup", it.cookie));
  await settle();
  const first = page.text();
  it.changed();
  await it.clock.advance(1_000);
  await it.clock.advance(10_000);
  await settle();
  // Nothing but the beat that keeps the notice of a dead page away.
  assert.match(page.text().slice(first.length), /^(<p class="stale">((?!<p|<section).)*<\/p>)+$/);
  const before = page.text().split("<section").length;
  it.changed("another message");
  await it.clock.advance(1_000);
  await settle();
  const news = page.text().split("<section").slice(before).join();
  assert.match(news, /slot="p0"/);
  assert.doesNotMatch(news, /slot="p1"/, "what has not changed is not sent again");
  await it.access.endSession(it.session);
  await it.clock.advance(10_000);
  await page.rest;
});

Deno.test("an open live page loads itself again, and that keeps no session alive", async () => {
  const it = await startApp();
  let path = "/setup";
  for (let hour = 0; hour < 9; hour++) {
    const page = await it.fetch("GET", path, it.cookie);
    assert.equal(page.status, 200, `after ${hour} hours`);
    path = /^\d+; url=(\/.*)$/.exec(page.headers.get("refresh") ?? "")?.[1] ?? "";
    await page.body?.cancel();
    await it.clock.advance(3_600_000);
  }
  assert.equal((await it.fetch("GET", path, it.cookie)).headers.get("location"), "/login?next=%2Fsetup");
});

Deno.test("an open live page that a bearer token opened ends when the token is changed", async () => {
  const it = await startApp();
  const headers = { authorization: `Bearer ${it.access.token()}` };
  const page = follow(await it.fetch("GET", "/setup", headers));
  await settle();
  await it.access.rotateToken();
  await it.clock.advance(10_000);
  await settle();
  assert.match(page.text(), /You are signed out/);
  await page.rest;
});

Deno.test("an error of ours is said once with the number that the answer names, without a secret", async () => {
  const it = await startApp();
  it.setup.defaults = () => {
    throw new Error("cannot read\nhttp://user:Geheim-77@proxy.example: token=Geheim-78");
  };
  const answer = await it.fetch("GET", "/setup/answers?x=1", it.cookie);
  assert.equal(answer.status, 303, "nothing went wrong yet");
  assert.equal(it.said.length, 0);
  it.setup.view = it.setup.defaults as never;
  const page = await it.fetch("GET", "/setup?live=off&q=Geheim-79", it.cookie);
  assert.equal(page.status, 500);
  const number = /<samp>([0-9a-f]{8})<\/samp>/.exec(await page.text())?.[1];
  assert.deepEqual(it.said, [
    `error: Answer ${number}, GET /setup: cannot read http://user:***@proxy.example: token=***`,
  ]);
  const json = await it.fetch("GET", "/api/v1/setup", it.cookie);
  assert.equal(json.status, 500);
  const { instance, detail } = await json.json();
  assert.ok(it.said[1]?.startsWith(`error: Answer ${instance}, GET /api/v1/setup: `), it.said.join("\n"));
  assert.match(detail, /journalctl -u alga-appliance/);
  assert.equal((await it.fetch("GET", "/nothing", it.cookie)).status, 404);
  assert.equal(it.said.length, 2, "what others do wrong is not said");
});

Deno.test("/readyz tells whether the agent is ready, /healthz only that it lives; both are open", async () => {
  const { fetch, can } = await startApp();
  const ask = async (path: string) => {
    const response = await fetch("GET", path);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await ask("/readyz"), [200, { status: "ok", version: "0" }]);
  can.beReady = false;
  assert.deepEqual(await ask("/readyz"), [503, { status: "not-ready", version: "0" }]);
  assert.deepEqual(await ask("/healthz"), [200, { status: "ok", version: "0" }]);
});
