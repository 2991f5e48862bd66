import assert from "node:assert/strict";
import { openAccess } from "../../agent/access/mod.ts";
import { emptySnapshot, evaluate, type StatusDocument } from "../../agent/status/mod.ts";
import type { SetupService, SetupView } from "../../agent/setup/mod.ts";
import { createApp } from "../../routes/mod.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { Random } from "../fakes/random.ts";

const HOST = "192.0.2.10:8080";

async function startApp() {
  const clock = new FakeClock();
  const access = await openAccess({ host: new FakeHost(), clock });
  const status: StatusDocument = evaluate(emptySnapshot(), clock.nowMs());
  const view: SetupView = {
    state: {
      status: "running",
      stepId: "k3s",
      startedAt: "2026-11-21T12:00:00.000Z",
      message: "<b>x</b>\u202e",
    },
    steps: [],
    answers: [],
    acknowledgements: [],
    log: [],
  };
  const submitted: unknown[] = [];
  const locked = {
    ok: false,
    reason: "locked",
    holder: "console tty1",
    since: "2026-11-21T12:00:00.000Z",
  } as const;
  const setup: SetupService = {
    view: () => view,
    subscribe: () => () => {},
    defaults: () => Promise.resolve({}),
    given: () => undefined,
    submit: (inputs) => (submitted.push(inputs), Promise.resolve({ ok: true })),
    recheck: () => Promise.resolve(locked),
    acknowledge: () => Promise.resolve(locked),
    retry: () => Promise.resolve(locked),
    resume: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
  let subscriptions = 0;
  const app = createApp({
    setup,
    access,
    clock,
    status: {
      current: () => status,
      json: () => JSON.stringify(status),
      subscribe: () => (subscriptions++, () => subscriptions--),
      stop: () => Promise.resolve(),
    },
    identity: {
      hostName: "appliance-01",
      addresses: () => Promise.resolve(["192.0.2.10"]),
      agentVersion: "0",
      commit: "c",
      builtAt: "",
    },
    allowedHosts: () => Promise.resolve(["appliance-01"]),
  });
  const fetch = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
    remoteAddr = "192.0.2.7",
  ) =>
    app.fetch(
      new Request(`http://${HOST}${path}`, {
        method,
        headers: { host: HOST, ...headers },
        ...(body === undefined ? {} : { body }),
      }),
      { remoteAddr },
    );
  const { id, session } = await access.startSession();
  const cookie = { cookie: `alga_appliance_session=${id}` };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  return { access, fetch, cookie, form, session, submitted, subscriptions: () => subscriptions };
}

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
  const random = new Random(7);
  for (let round = 0; round < 300; round++) {
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
