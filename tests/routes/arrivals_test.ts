import assert from "node:assert/strict";
import { follow, settle, startApp } from "./start_app.ts";

const BEHIND = { "x-forwarded-for": "192.0.2.99" };
const MARK = /<link rel="stylesheet" href="(\/arrived\/[0-9a-f-]{36}\.css)" \/>/;
const STILL = /A proxy on the way holds pages back/;

type App = Awaited<ReturnType<typeof startApp>>;

async function open(it: App, headers: Record<string, string> = BEHIND) {
  const response = await it.fetch("GET", "/setup", { ...it.cookie, ...headers });
  const page = follow(response);
  await settle();
  return { ...page, response, mark: MARK.exec(page.text())?.[1] };
}

/** The agent stops, and with it every page that still follows. */
async function stop(it: App, ...pages: { rest: Promise<void> }[]): Promise<void> {
  it.app.stop();
  await wait(it, 1);
  await Promise.all(pages.map((page) => page.rest));
}

/** Lets time pass as an open page sees it. */
async function wait(it: App, sec: number): Promise<void> {
  for (let i = 0; i < sec; i++) {
    await it.clock.advance(1_000);
    await settle();
  }
}

Deno.test("a live page without a proxy has nothing to tell its arrival, and follows", async () => {
  const it = await startApp();
  const page = await open(it, {});
  assert.equal(page.mark, undefined);
  await wait(it, 20);
  assert.ok(!page.text().includes("</html>"));
  await stop(it, page);
});

Deno.test("behind a proxy that lets pages through, a live page follows", async () => {
  for (const field of ["via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"]) {
    const it = await startApp();
    const page = await open(it, { [field]: "1.1 proxy" });
    assert.ok(page.mark, field);
    const told = await it.fetch("GET", page.mark);
    assert.deepEqual([told.status, told.headers.get("content-type"), await told.text()], [
      200,
      "text/css; charset=utf-8",
      "",
    ]);
    await wait(it, 20);
    assert.ok(!page.text().includes("</html>"), field);
    await stop(it, page);
  }
});

Deno.test("behind a proxy that holds it back, a live page ends soon and still ones follow", async () => {
  const it = await startApp();
  const page = await open(it);
  await wait(it, 5);
  assert.ok(!page.text().includes("</html>"), "a slow line gets its time");
  await wait(it, 2);
  assert.match(
    page.text(),
    /<meta http-equiv="refresh" content="1; url=\/setup\?live=again"\s*\/?>.*<\/html>$/s,
  );
  await page.rest;

  const next = await open(it);
  assert.match(next.text(), STILL);
  assert.match(next.text(), /<\/html>\s*$/);
  assert.equal(next.response.headers.get("refresh"), "10; url=/setup?live=again");
  assert.equal(next.mark, undefined);
  // The same person without the proxy is not meant.
  const direct = await open(it, {});
  assert.doesNotMatch(direct.text(), STILL);

  // Proxies are repaired: after a while it is tried again.
  await wait(it, 600);
  const later = await open(it);
  assert.ok(later.mark);
  assert.doesNotMatch(later.text(), STILL);
  await stop(it, later, direct);
});

Deno.test("an arrival that nobody expects is answered like any other", async () => {
  const { fetch } = await startApp();
  for (const path of ["/arrived/x.css", `/arrived/${crypto.randomUUID()}.css`]) {
    const response = await fetch("GET", path);
    assert.deepEqual([response.status, await response.text()], [200, ""]);
  }
});
