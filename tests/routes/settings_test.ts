import assert from "node:assert/strict";
import type { PreflightReport } from "../../agent/preflight/check.ts";
import { createSocketApp } from "../../routes/mod.ts";
import { refusalProblem } from "../../routes/problem.ts";
import { AUTHORITY_PEM } from "../fakes/authorities.ts";
import { parseMarkup } from "../views/markup.ts";
import { settingsStub, STUB_SETTINGS, stubOperation } from "./settings_stub.ts";
import { startSignedIn } from "./signed_in.ts";

/** As a browser sends the form when nothing was touched. */
const FORM = {
  appUrl: STUB_SETTINGS.appUrl,
  dnsMode: "system",
  dnsServers: "",
  channel: "stable",
  proxyUrl: "http://maria@proxy.example:3128",
  noProxy: "",
  publicNames: "",
  caCerts: "",
  signatures: "warn",
};

async function startApp() {
  const settings = settingsStub();
  const started = await startSignedIn({ settings });
  const next = () => Promise.reject(new Error("no console here"));
  return { settings, ...started, socket: createSocketApp(started.deps, { next }) };
}

/** Value of a field of a form. */
function valueOf(html: string, name: string): string | undefined {
  return parseMarkup(html).tags.find((it) => it.attributes.name === name)?.attributes.value;
}

Deno.test("GET /settings shows each value, where it came from, and why company and administrator are locked", async () => {
  const { get } = await startApp();
  const { text, tags } = parseMarkup(await (await get("/settings?live=off")).text());
  const words = text.replaceAll(/\s+/g, " ");
  assert.match(words, /https:\/\/psa\.example\.com · changed 2 Nov 2026 by browser 192\.0\.2\.7/);
  assert.match(words, /http:\/\/maria@proxy\.example:3128 · default · password kept/);
  assert.match(words, /Locked Company: Change it inside Alga\. Company Example MSP · locked/);
  const links = tags.map((it) => it.attributes.href).filter((it) => it?.startsWith("/settings/change#"));
  assert.ok(links.includes("/settings/change#appUrl") && !links.includes("/settings/change#tenantName"));
});

Deno.test("settings that are lost are told, and the form to enter them again is open", async () => {
  const { settings, get } = await startApp();
  settings.isLost = true;
  const { text, tags } = parseMarkup(await (await get("/settings?live=off")).text());
  assert.match(text, /The settings of this appliance are lost/);
  assert.ok(tags.some((it) => it.attributes.href === "/settings/change"));
  assert.equal((await get("/settings/change")).status, 200);
});

for (const path of ["/settings", "/settings/change", "/settings/review", "/settings/findings"]) {
  Deno.test(`GET ${path} leads to setup before setup is done`, async () => {
    const { settings, get } = await startApp();
    settings.isSetUp = false;
    const response = await get(path);
    assert.deepEqual([response.status, response.headers.get("location")], [303, "/setup"]);
  });
}

Deno.test("the form carries no password, and sending it back as it is changes nothing of the proxy", async () => {
  const { settings, get, post } = await startApp();
  const html = await (await get("/settings/change")).text();
  assert.equal(valueOf(html, "proxyUrl"), FORM.proxyUrl);
  assert.ok(html.includes("The password is kept") && !html.includes("Geheim"));
  assert.equal((await post("/settings/change", { ...FORM, appUrl: "https://other.example" })).status, 303);
  assert.equal((await post("/settings/apply", {})).headers.get("location"), "/settings");
  assert.deepEqual(settings.requests, [{
    action: "apply",
    by: "browser 192.0.2.7",
    settings: { ...STUB_SETTINGS, appUrl: "https://other.example" },
  }]);
});

Deno.test("a wrong field is named with its value and a way out, and nothing that was typed is lost", async () => {
  const { settings, get, post } = await startApp();
  const typed = {
    ...FORM,
    appUrl: "https://other.example",
    dnsMode: "custom",
    dnsServers: "192.0.2.300",
    noProxy: "intern.example",
    proxyUrl: "http://peter:Neu-1@proxy.example:3128",
  };
  const response = await post("/settings/change", typed);
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.ok(
    html.includes("&quot;192.0.2.300&quot; is not an IPv4 address") ||
      html.includes('"192.0.2.300" is not an IPv4'),
  );
  for (const key of ["appUrl", "dnsServers", "noProxy"] as const) {
    assert.equal(valueOf(html, key), typed[key]);
  }
  assert.equal(valueOf(html, "proxyUrl"), "http://peter@proxy.example:3128");
  assert.ok(!html.includes("Neu-1"));
  // The password that was typed first counts although it has not come back.
  const again = { ...typed, dnsServers: "192.0.2.30", proxyUrl: "http://peter@proxy.example:3128" };
  assert.equal((await post("/settings/change", again)).status, 303);
  await post("/settings/apply", {});
  assert.equal(settings.requests[0]?.settings?.proxyUrl, typed.proxyUrl);
  assert.deepEqual(settings.requests[0]?.settings?.dnsServers, ["192.0.2.30"]);
  assert.equal((await get("/settings/review")).headers.get("location"), "/settings/change");
});

for (const proxyUrl of ["http://peter:Neu-1@", "peter:Neu-1@proxy.example", "ftp://peter:Neu-1@x/"]) {
  Deno.test(`a proxy that is not an address (${proxyUrl}) comes back without its password`, async () => {
    const { post } = await startApp();
    const html = await (await post("/settings/change", { ...FORM, proxyUrl })).text();
    assert.ok(html.includes("The proxy address") && !html.includes("Neu-1"));
  });
}

Deno.test("the page before applying says each object, from what to what, and runs the checks only when asked", async () => {
  const { settings, get, post } = await startApp();
  await post("/settings/change", { ...FORM, appUrl: "https://other.example" });
  const { text } = parseMarkup(await (await get("/settings/review")).text());
  const words = text.replaceAll(/\s+/g, " ");
  assert.match(words, /Application address now https:\/\/psa\.example\.com after https:\/\/other\.example/);
  assert.match(words, /ConfigMap alga-system\/x appUrl : &lt;old> → https:\/\/other\.example/);
  assert.ok(!text.includes("the name is not known yet"));
  const checked = await post("/settings/check", {});
  assert.match(parseMarkup(await checked.text()).text, /the name is not known yet/);
  assert.deepEqual(settings.requests, []);
});

for (const [overridable, offered] of [[true, true], [false, false]] as const) {
  Deno.test(`a failed check that may ${overridable ? "" : "not "}be accepted ${offered ? "leaves" : "takes"} the button to apply`, async () => {
    const { settings, post } = await startApp();
    const check = settings.check;
    settings.check = async (...given) => {
      const report = await check(...given);
      return { ...report, results: report.results.map((it) => ({ ...it, status: "fail", overridable })) };
    };
    await post("/settings/change", { ...FORM, appUrl: "https://other.example" });
    const { tags } = parseMarkup(await (await post("/settings/check", {})).text());
    assert.equal(tags.some((it) => it.attributes.action === "/settings/apply"), offered);
  });
}

Deno.test("a change that is none says so and has nothing to apply", async () => {
  const { get, post } = await startApp();
  await post("/settings/change", FORM);
  const { text, tags } = parseMarkup(await (await get("/settings/review")).text());
  assert.match(text, /Nothing is different from now/);
  assert.ok(!tags.some((it) => it.attributes.action === "/settings/apply"));
  assert.doesNotMatch(text, /stops half-way|Not now/, "nothing begins that could stop");
  assert.match(text, /Change something.*Back to the settings/);
});

Deno.test("own DNS servers that would not be used are refused; those that the form showed may stay in it", async () => {
  const { settings, post } = await startApp();
  const refused = await post("/settings/change", { ...FORM, dnsServers: "192.0.2.1" });
  assert.equal(refused.status, 422);
  const html = await refused.text();
  assert.match(parseMarkup(html).text, /192\.0\.2\.1 would not be used/);
  assert.equal(valueOf(html, "dnsServers"), "192.0.2.1");
  const wrong = await post("/settings/change", { ...FORM, dnsServers: "1.2.3" });
  assert.match(parseMarkup(await wrong.text()).text, /1\.2\.3&quot; is not an IPv4 address/);
  const view = settings.view();
  settings.view = () => ({ ...view, values: { ...view.values, dnsMode: "custom", dnsServers: "192.0.2.9" } });
  for (const dnsServers of ["192.0.2.9", ""]) {
    assert.equal((await post("/settings/change", { ...FORM, dnsServers })).status, 303, dnsServers);
  }
  await post("/settings/change", { ...FORM, dnsMode: "custom", dnsServers: "192.0.2.7" });
  const back = await post("/settings/change", { ...FORM, dnsServers: "192.0.2.7" });
  assert.equal(back.status, 303, "the form showed the draft's servers");
});

Deno.test("a closed gate shows its findings; accepting takes every box", async () => {
  const { settings, get, post } = await startApp();
  const finding = {
    id: "dns.app-host",
    title: "Application address",
    vantage: "agent",
    status: "error",
    durationMs: 1,
  };
  const report = {
    startedAt: "",
    finishedAt: "",
    results: [{
      ...finding,
      overridable: true,
      expected: "x",
      found: "no answer",
      remediation: "Make a record",
    }],
  } as PreflightReport;
  settings.operation = stubOperation({
    state: { status: "blocked", since: "2026-11-02T08:00:00.000Z" },
    report,
  });
  assert.match(await (await get("/settings?live=off")).text(), /See what was found/);
  const page = parseMarkup(await (await get("/settings/findings")).text());
  assert.deepEqual(
    page.tags.filter((it) => it.attributes.type === "checkbox").map((it) => it.attributes.value),
    [
      "dns.app-host",
    ],
  );
  settings.answer = { ok: false, reason: "needs-acknowledgement", checkIds: ["dns.app-host"] };
  const missing = await post("/settings/accept", {});
  assert.equal(missing.status, 422);
  assert.match(parseMarkup(await missing.text()).text, /Application address: tick the box/);
  settings.answer = {
    ok: false,
    reason: "unknown-checks",
    checkIds: ["dns.app-hots\u202e"],
    known: ["dns.app-host"],
  };
  const unknown = await post("/settings/accept", [["checkId", "dns.app-hots"]]);
  assert.equal(unknown.status, 422);
  assert.match(
    parseMarkup(await unknown.text()).text,
    /No check has this name here: dns\.app-hots\. What waits: dns\.app-host\./,
  );
  settings.answer = { ok: true };
  assert.equal((await post("/settings/accept", [["checkId", "dns.app-host"]])).status, 303);
  assert.deepEqual(settings.requests.at(-1), {
    action: "accept",
    by: "browser 192.0.2.7",
    checkIds: ["dns.app-host"],
  });
});

Deno.test("forms without their own token change nothing", async () => {
  const { settings, post } = await startApp();
  for (const path of ["change", "check", "apply", "accept", "recheck", "retry"]) {
    assert.equal((await post(`/settings/${path}`, FORM, "wrong")).status, 403, path);
  }
  assert.deepEqual(settings.requests, []);
});

Deno.test("PUT /api/v1/settings takes some fields, refuses others by name, and says who holds the lock", async () => {
  const { settings, api } = await startApp();
  const put = (body: unknown) => api("PUT", "/api/v1/settings", body);
  assert.equal((await put({ noProxy: "intern.example" })).status, 202);
  assert.deepEqual(settings.requests, [{
    action: "apply",
    by: "API 192.0.2.7",
    settings: { ...STUB_SETTINGS, noProxy: "intern.example" },
  }]);
  assert.equal((await put({ publicNames: ["Alga.Example.com.", "psa"] })).status, 202);
  assert.equal(settings.requests.at(-1)?.settings?.publicNames, "alga.example.com, psa");
  for (
    const wrong of [
      { tenantName: "x" },
      { appUrl: "ftp://x" },
      { publicNames: "https://x" },
      { dnsMode: "custom" },
      { caCerts: "no" },
      { channel: "nightly" },
      [],
    ]
  ) {
    const response = await put(wrong);
    assert.equal(response.status, 422, JSON.stringify(wrong));
    assert.ok(Array.isArray((await response.json()).errors));
  }
  settings.answer = {
    ok: false,
    reason: "locked",
    operation: "update",
    holder: "console tty1",
    since: "2026-11-02T08:00:00.000Z",
  };
  const locked = await put({ noProxy: "intern.example" });
  assert.equal(locked.status, 409);
  assert.deepEqual([(await locked.json()).reason], ["locked"]);
  settings.isSetUp = false;
  const notYet = await (await put({ noProxy: "intern.example" })).json();
  assert.equal(notYet.reason, "not-set-up");
  assert.match(notYet.detail, /Until then its answers are changed in setup\./);
});

Deno.test("the API plans and checks without applying, and shows no password", async () => {
  const { settings, api } = await startApp();
  const plan = await (await api("POST", "/api/v1/settings/plan", { appUrl: "https://other.example" })).json();
  assert.deepEqual(plan.changed, ["appUrl"]);
  const report = await (await api("POST", "/api/v1/settings/check", { appUrl: "https://other.example" }))
    .json();
  assert.equal(report.results[0].id, "dns.app-host");
  assert.ok(!(await (await api("GET", "/api/v1/settings")).text()).includes("Geheim"));
  assert.equal((await api("POST", "/api/v1/settings/retry", {})).status, 202);
  assert.deepEqual(settings.requests, [{ action: "retry", by: "API 192.0.2.7" }]);
});

Deno.test("a PUT of a browser session needs the token of its forms, and one with a long body ends early", async () => {
  const { settings, api, session, cookie } = await startApp();
  const change = { noProxy: "intern.example" };
  const signedIn = { authorization: "", ...cookie };
  assert.equal((await api("PUT", "/api/v1/settings", change, signedIn)).status, 403);
  const withToken = { ...signedIn, "x-csrf-token": session.csrfToken };
  assert.equal((await api("PUT", "/api/v1/settings", change, withToken)).status, 202);
  assert.equal(settings.requests.splice(0).length, 1);
  assert.equal((await api("PUT", "/api/v1/settings", change, { authorization: "" })).status, 401);
  assert.equal((await api("PUT", "/api/v1/settings", { caCerts: AUTHORITY_PEM.repeat(120) })).status, 413);
  assert.equal((await api("PUT", "/settings", {})).status, 405);
  assert.deepEqual(settings.requests, []);
});

Deno.test("the socket of the command line has the same API", async () => {
  const { socket, settings } = await startApp();
  const response = await socket.fetch(
    new Request("http://localhost/api/v1/settings", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ noProxy: "intern.example" }),
    }),
  );
  assert.equal(response.status, 202);
  assert.equal(settings.requests[0]?.by, "command line");
});

for (const [line, by] of [["tty1", "console tty1"], ["tty1 (Maria)", "command line"]] as const) {
  Deno.test(`over the socket "${line}" is told as "${by}", and over the network is nobody's console`, async () => {
    const { socket, settings, deps, api } = await startApp();
    const audited: unknown[] = [];
    deps.audit.record = (_type, data) => Promise.resolve(void audited.push(data));
    const [body, name] = [{ noProxy: "intern.example" }, { "x-alga-console": line }];
    const response = await socket.fetch(
      new Request("http://localhost/api/v1/settings", {
        method: "PUT",
        headers: { "content-type": "application/json", ...name },
        body: JSON.stringify(body),
      }),
    );
    assert.equal(response.status, 202);
    assert.equal((await api("PUT", "/api/v1/settings", body, name)).status, 202);
    assert.deepEqual(settings.requests.map((it) => it.by), [by, "API 192.0.2.7"]);
    const result = "accepted";
    assert.deepEqual(audited, [{ via: by, result }, { via: "API token", address: "192.0.2.7", result }]);
  });
}

Deno.test("who sends answers again after setup is led to the settings, on the page and on the command line", () => {
  const { detail } = refusalProblem({ ok: false, reason: "already-done" });
  assert.match(detail, /on the page "Settings", or with "alga-agent settings set"\.$/);
});

Deno.test("the page tells of a change that was begun and not applied, and lets it be looked at or discarded", async () => {
  const { settings, get, post } = await startApp();
  const told = async () => {
    const response = await get("/settings?live=off");
    return /A change was begun and not applied/.test(await response.text());
  };
  assert.equal(await told(), false);
  const typed = { ...FORM, appUrl: "https://other.example" };
  assert.equal((await post("/settings/change", typed)).status, 303);
  assert.equal(await told(), true);
  assert.match(await (await get("/settings?live=off")).text(), /href="\/settings\/review"/);
  assert.equal((await post("/settings/discard", {})).headers.get("location"), "/settings");
  assert.equal(await told(), false);
  assert.deepEqual(settings.requests, []);
  await post("/settings/change", typed);
  await post("/settings/apply", {});
  assert.equal(await told(), false, "it was applied");
});
