import assert from "node:assert/strict";
import { follow, settle, startApp } from "./start_app.ts";

const ENDS_SOON =
  /<meta http-equiv="refresh" content="1; url=\/setup\?live=again"\s*\/?><\/main>[^]*<\/html>$/;

Deno.test("an open live page that has grown long ends with a refresh of one second", async () => {
  const it = await startApp();
  const page = follow(await it.fetch("GET", "/setup", it.cookie));
  await settle();
  for (let i = 0; i < 500 && !page.text().includes("</html>"); i++) {
    it.changed(`message ${i}`);
    await it.clock.advance(1_000);
    await settle();
  }
  assert.match(page.text(), ENDS_SOON);
  await page.rest;
});

Deno.test("an open live page on which nothing happens ends with a refresh of one second", async () => {
  const it = await startApp();
  const page = follow(await it.fetch("GET", "/setup", it.cookie));
  for (let i = 0; i <= 180; i++) {
    await settle();
    await it.clock.advance(10_000);
  }
  await settle();
  assert.match(page.text(), ENDS_SOON);
  await page.rest;
});

const FAILURE = {
  category: "dns",
  code: "X",
  message: "It failed",
  details: "",
  suggestedNextStep: "Try again",
  retrySafe: true,
  at: "2026-11-21T12:00:00.000Z",
} as const;

Deno.test("title and icon follow what may pass: the page is loaded again a minute after they went wrong", async () => {
  const it = await startApp();
  const page = follow(await it.fetch("GET", "/setup", it.cookie));
  await settle();
  it.become({
    status: "failed",
    stepId: "k3s",
    failure: { ...FAILURE, stepId: "k3s" },
    nextAttemptAt: "2026-11-21T13:00:00.000Z",
  });
  for (let i = 0; i < 5; i++) {
    await settle();
    await it.clock.advance(10_000);
  }
  await settle();
  assert.ok(!page.text().includes("</html>"), "not at once: somebody may be reading");
  assert.match(page.text(), /It failed/);
  for (let i = 0; i < 2; i++) {
    await it.clock.advance(10_000);
    await settle();
  }
  assert.match(page.text(), ENDS_SOON);
  await page.rest;
});

Deno.test("a setup that is over takes the tab's title with it within 20 seconds", async () => {
  const it = await startApp();
  const page = follow(await it.fetch("GET", "/setup", it.cookie));
  await settle();
  it.become({ status: "done", finishedAt: "2026-11-21T12:00:00.000Z" });
  for (let i = 0; i < 2; i++) {
    await settle();
    await it.clock.advance(10_000);
  }
  await settle();
  assert.match(page.text(), /Ready to log in/);
  assert.match(page.text(), ENDS_SOON);
  await page.rest;
  const again = await it.fetch("GET", "/setup?live=again", it.cookie);
  const text = await again.text();
  assert.match(text, /<title>Ready to log in/);
  assert.ok(text.includes(encodeURIComponent("✓")), "the icon");
});

Deno.test("when the agent stops, every open page says so, loads itself again, and ends", async () => {
  const it = await startApp();
  const pages = await Promise.all(
    [1, 2, 3].map(async () => follow(await it.fetch("GET", "/setup", it.cookie))),
  );
  await settle();
  it.app.stop();
  for (const page of pages) {
    await page.rest;
    assert.match(page.text(), /The agent is restarting[^]*http-equiv="refresh" content="5; [^]*<\/html>$/);
  }
});

Deno.test("a page that finds no place to follow says why and loads itself again; nobody paused it", async () => {
  const it = await startApp();
  const pages = await Promise.all(
    Array.from({ length: 300 }, async () => follow(await it.fetch("GET", "/setup", it.cookie))),
  );
  const late = await it.fetch("GET", "/setup", it.cookie);
  assert.match(late.headers.get("refresh") ?? "", /^30; /);
  const text = await late.text();
  assert.match(text, /Too many pages are open/);
  assert.ok(!text.includes("Paused") && text.includes("</html>"));
  const paused = await it.fetch("GET", "/setup?live=off", it.cookie);
  assert.equal(paused.headers.get("refresh"), null);
  assert.match(await paused.text(), /Paused\./);
  it.app.stop();
  for (const page of pages) await page.rest;
});

Deno.test("a reader that takes nothing for a minute is let go, and its place is free", async () => {
  const it = await startApp();
  const kept: (() => void)[] = [];
  let released = 0;
  const response = await it.app.fetch(
    new Request("http://192.0.2.10:8080/setup", { headers: { host: "192.0.2.10:8080", ...it.cookie } }),
    { remoteAddr: "192.0.2.7", keepOpen: () => (kept.push(() => {}), () => released++) },
  );
  const reader = response.body?.getReader() ?? assert.fail("no body");
  await reader.read();
  it.changed("something to take");
  await it.clock.advance(1_000);
  await settle();
  assert.deepEqual([kept.length, released], [1, 0]);
  await it.clock.advance(61_000);
  await settle();
  assert.equal(released, 1);
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  }, /Nobody reads/);
});

Deno.test("a page that opens a connection marks it as signed in; others do not", async () => {
  const it = await startApp();
  let marked = 0;
  const ask = async (path: string, headers: Record<string, string>) =>
    await (await it.app.fetch(
      new Request(`http://192.0.2.10:8080${path}`, { headers: { host: "192.0.2.10:8080", ...headers } }),
      { remoteAddr: "192.0.2.7", signedIn: () => marked++ },
    )).body?.cancel();
  await ask("/login", {});
  await ask("/setup", {});
  await ask("/healthz", {});
  await ask("/api/status", { authorization: "Bearer wrong" });
  assert.equal(marked, 0);
  await ask("/setup?live=off", it.cookie);
  await ask("/api/status", { authorization: `Bearer ${it.access.token()}` });
  assert.equal(marked, 2);
});
