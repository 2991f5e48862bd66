import assert from "node:assert/strict";
import { CAUSES } from "../../agent/causes/cause.ts";
import { assertPage } from "../views/markup.ts";
import { sampleBlocker } from "../views/samples.ts";
import { startApp } from "./start_app.ts";

const IDS = Object.keys(CAUSES);
const FOUND = sampleBlocker({
  id: "dns.refused",
  component: "network",
  title: "The DNS server 192.0.2.53 does not answer",
  reason: "It refused the question.",
  words: { server: "192.0.2.53:53", name: "registry.example" },
  evidence: [{ label: "Message", text: "password=hunter2pw" }],
});

Deno.test("GET /help is open and leads to every cause, each of whose pages is open and whole", async () => {
  const { fetch } = await startApp();
  const index = await fetch("GET", "/help");
  assert.equal(index.status, 200);
  const page = await index.text();
  assertPage(page);
  for (const id of IDS) {
    assert.ok(page.includes(`href="/help/${id}"`), id);
    const answer = await fetch("GET", `/help/${id}`);
    assert.equal(answer.status, 200, id);
    const text = await answer.text();
    assertPage(text);
    assert.ok(text.includes(`<samp>${id}</samp>`), id);
  }
});

Deno.test("help tells a stranger nothing of what was found on this appliance", async () => {
  const { fetch, find } = await startApp();
  const before = await (await fetch("GET", "/help/dns.refused")).text();
  find([FOUND]);
  assert.equal(await (await fetch("GET", "/help/dns.refused")).text(), before);
  assert.equal(await (await fetch("GET", "/help/dns.refused?at=network")).text(), before);
});

Deno.test("help shows a session what was found, with commands that name it and a text for Alga support", async () => {
  const { fetch, find, cookie } = await startApp();
  assert.doesNotMatch(
    await (await fetch("GET", "/help/dns.refused", cookie)).text(),
    /Found on this appliance/,
  );
  find([FOUND]);
  const page = await (await fetch("GET", "/help/dns.refused", cookie)).text();
  assertPage(page);
  for (
    const words of [
      "Found on this appliance",
      FOUND.title,
      "nslookup registry.example 192.0.2.53",
      "<textarea",
      "Finding      dns.refused",
    ]
  ) {
    assert.ok(page.includes(words), words);
  }
  assert.ok(!page.includes("hunter2pw"));
  assert.doesNotMatch(await (await fetch("GET", "/help/img.slow", cookie)).text(), /Found on this appliance/);
});

Deno.test("a session that has no management password yet reads help as a stranger does, and no finding", async () => {
  const { fetch, find, access } = await startApp();
  find([FOUND]);
  const { id } = await access.startSession({ mustChoosePassword: true });
  const cookie = { cookie: `alga_appliance_session=${id}` };
  const page = await fetch("GET", "/help/dns.refused", cookie);
  assert.equal(page.status, 200);
  assert.doesNotMatch(await page.text(), /Found on this appliance|192\.0\.2\.53/);
  const text = await fetch("GET", "/findings/dns.refused.txt", cookie);
  assert.match(text.headers.get("location") ?? "", /^\/password/);
});

Deno.test("of several findings the one that a link names comes first and gives the words", async () => {
  const { fetch, find, cookie } = await startApp();
  const at = (component: string) =>
    sampleBlocker({ id: "app.crash", component, title: `It is ${component}` });
  find([at("temporal"), at("email-service")]);
  const page = await (await fetch("GET", "/help/app.crash?at=email-service", cookie)).text();
  assert.ok(page.includes("rollout restart deployment/email-service"));
  assert.ok(page.indexOf("It is email-service") < page.indexOf("It is temporal"));
  const other = await (await fetch("GET", "/help/app.crash?at=nobody", cookie)).text();
  assert.ok(other.includes("rollout restart deployment/temporal"));
});

Deno.test("GET /help?id= leads to the page, and an unknown id to the nearest ones", async () => {
  const { fetch } = await startApp();
  const found = await fetch("GET", "/help?id=%20DNS.refused%20");
  assert.deepEqual([found.status, found.headers.get("location")], [303, "/help/dns.refused"]);
  for (const path of ["/help/dns.refsed", "/help?id=dns.refsed"]) {
    const answer = await fetch("GET", path);
    assert.equal(answer.status, 404);
    const page = await answer.text();
    assertPage(page);
    assert.match(page, /Was one of these meant[^]*?<a href="\/help\/dns\.refused">/);
  }
});

Deno.test("ids from outside are text on the page, however long or strange", async () => {
  const { fetch } = await startApp();
  const strange = [
    "<script>alert(1)</script>",
    '"><img src=x>',
    "__proto__",
    "constructor",
    "..%2f..",
    "x".repeat(5_000),
    "\u202eevil",
  ];
  for (const id of strange) {
    for (const path of [`/help/${encodeURIComponent(id)}`, `/help?id=${encodeURIComponent(id)}`]) {
      const answer = await fetch("GET", path);
      assert.equal(answer.status, 404, path.slice(0, 80));
      assertPage(await answer.text());
    }
  }
});

Deno.test("help is refused under a name that is not ours, like every page", async () => {
  const { fetch } = await startApp();
  assert.equal((await fetch("GET", "/help", { host: "evil.example" })).status, 421);
});

Deno.test("GET /findings/ID.txt is the finding as plain text, for a session only", async () => {
  const { fetch, find, cookie } = await startApp();
  find([FOUND]);
  const stranger = await fetch("GET", "/findings/dns.refused.txt");
  assert.deepEqual([stranger.status, stranger.headers.get("location")], [
    303,
    "/login?next=%2Ffindings%2Fdns.refused.txt",
  ]);
  const answer = await fetch("GET", "/findings/dns.refused.txt", cookie);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  const text = await answer.text();
  assert.match(text, /^Finding {6}dns\.refused\n/);
  assert.ok(!text.includes("hunter2pw"));
  for (
    const path of [
      "/findings/img.slow.txt",
      "/findings/dns.refused",
      "/findings/__proto__.txt",
      "/findings/.txt",
    ]
  ) {
    assert.equal((await fetch("GET", path, cookie)).status, 404, path);
  }
});

Deno.test("GET /api/v1/findings tells a program the same, behind the token", async () => {
  const { fetch, find, access } = await startApp();
  find([FOUND, sampleBlocker({ id: "img.slow", component: "db" })]);
  assert.equal((await fetch("GET", "/api/v1/findings")).status, 401);
  const answer = await fetch("GET", "/api/v1/findings", { authorization: `Bearer ${access.token()}` });
  const findings: { id: string; component: string; text: string }[] = await answer.json();
  assert.deepEqual(findings.map((it) => [it.id, it.component]), [["dns.refused", "network"], [
    "img.slow",
    "db",
  ]]);
  assert.match(findings[0]?.text ?? "", /^Finding {6}dns\.refused\n/);
});

Deno.test("each cause on the status page leads to its help and to its text for Alga support", async () => {
  const { fetch, find, cookie, become } = await startApp();
  become({
    status: "failed",
    stepId: "k3s",
    failure: {
      category: "k3s",
      stepId: "k3s",
      code: "K3S_FAILED",
      message: "It stopped",
      details: "",
      suggestedNextStep: "Try again",
      retrySafe: true,
      at: "2026-11-21T12:00:00.000Z",
    },
  });
  find([FOUND]);
  const page = await (await fetch("GET", "/?live=off", cookie)).text();
  assert.ok(page.includes('href="/help/dns.refused?at=network"'), page.slice(0, 400));
  assert.ok(page.includes('href="/findings/dns.refused.txt?at=network"'));
  const setup = await (await fetch("GET", "/setup?live=off", cookie)).text();
  assert.ok(setup.includes('href="/help/agent.setup-failed?at=setup"'));
});
