import assert from "node:assert/strict";
import { PodLogWriter } from "../agent/logs/pod_log_writer.ts";
import { until } from "../until.ts";
import { SITE_SECRET } from "./logs_stub.ts";
import { follow, HOST, startApp } from "./start_app.ts";

const DB = "/logs?source=msp%2Fdb";

async function withLog(lines: number) {
  const app = await startApp();
  const writer = new PodLogWriter(app.host);
  for (let i = 0; i < lines; i++) {
    writer.pass(1_000);
    writer.say(`line ${i}`);
  }
  const get = async (path: string) => await (await app.fetch("GET", path, app.cookie)).text();
  /** Lets a page that follows look again. */
  const passTime = async (ms: number) => {
    await app.clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { ...app, writer, get, passTime };
}

const shown = (html: string) => [...html.matchAll(/<\/time><\/a>(line \d+)/g)].map((it) => it[1]);
const linkOf = (html: string, text: string) =>
  new RegExp(`<a href="([^"]*)"[^>]*>${text}</a>`).exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";

Deno.test("GET /logs without a session leads to signing in, and its API answers 401", async () => {
  const { fetch } = await startApp();
  assert.equal((await fetch("GET", DB)).status, 303);
  assert.equal((await fetch("GET", "/api/v1/logs?source=agent")).status, 401);
  assert.equal((await fetch("GET", "/api/v1/logs/raw?source=agent")).status, 401);
});

Deno.test("the newest lines come first, older ones by link, each once", async () => {
  const { get } = await withLog(700);
  const first = await get(`${DB}&live=off`);
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `line ${from + i}`);
  assert.deepEqual(shown(first), numbers(400, 700));
  const second = await get(linkOf(first, "Older lines"));
  assert.deepEqual(shown(second), numbers(100, 400));
  const third = await get(linkOf(second, "Older lines"));
  assert.deepEqual(shown(third), numbers(0, 100));
  assert.match(third, /Nothing older is kept/);
  assert.equal(linkOf(third, "Newest lines"), DB);
  // And back again.
  assert.equal(linkOf(first, "Newer lines"), "");
  const forth = await get(linkOf(third, "Newer lines"));
  assert.deepEqual(shown(forth), numbers(100, 400));
  const newest = await get(linkOf(forth, "Newer lines"));
  assert.deepEqual(shown(newest), numbers(400, 700));
  assert.equal(linkOf(newest, "Newer lines"), "");
  assert.deepEqual(shown(await get(linkOf(newest, "Older lines"))), numbers(100, 400));
});

Deno.test("the address of a line shows it, and what was before it", async () => {
  const { get } = await withLog(50);
  const html = await get(`${DB}&live=off`);
  const found = /<li id="([^"]+)"><a href="([^"]+)#[^"]+"><time>[^<]*<\/time><\/a>line 20</.exec(html);
  const there = await get((found?.[2] ?? "").replaceAll("&amp;", "&"));
  assert.equal(shown(there).at(-1), "line 20");
  assert.ok(there.includes(`<li id="${found?.[1]}"`));
  assert.equal(shown(await get(linkOf(there, "Newer lines")))[0], "line 21");
});

Deno.test("a page follows: new lines come, and a beat that tells when none could", async () => {
  const { fetch, cookie, writer, passTime } = await withLog(3);
  const page = follow(await fetch("GET", DB, cookie));
  await until("the first lines are there", () => shown(page.text()).length, (it) => it === 3);
  assert.match(page.text(), /Following/);
  writer.say("line 3");
  await until("the new line comes", async () => {
    await passTime(500);
    return shown(page.text()).length;
  }, (it) => it === 4);
  const beats = () => page.text().split('class="stale"').length - 1;
  const before = beats();
  await until("a beat comes", async () => {
    await passTime(5_000);
    return beats();
  }, (it) => it > before);
  assert.ok(!page.text().includes("</html>"));
});

Deno.test("one who is signed out while a log is open reads that, and no line that came afterwards", async () => {
  const { fetch, cookie, writer, passTime, access, session } = await withLog(1);
  const page = follow(await fetch("GET", DB, cookie));
  await until("it is there", () => page.text(), (it) => it.includes("line 0"));
  await access.endSession(session);
  writer.say("line 1");
  await until("it ends", async () => {
    await passTime(1_000);
    return page.text();
  }, (it) => it.includes("</html>"));
  assert.match(page.text(), /You are signed out\. <a href="\/login\?next=/);
  assert.ok(!page.text().includes("line 1"));
  await page.rest;
});

Deno.test("an agent that stops says so on every open log, and ends it", async () => {
  const { fetch, cookie, app } = await withLog(1);
  const page = follow(await fetch("GET", DB, cookie));
  await until("it is there", () => page.text(), (it) => it.includes("line 0"));
  app.stop();
  await page.rest;
  assert.match(page.text(), /The agent is restarting\.[^]*<\/html>$/);
});

Deno.test("a page that has grown long ends with a link, and does not load itself again", async () => {
  const { fetch, cookie, writer, passTime } = await withLog(300);
  const page = follow(await fetch("GET", DB, cookie));
  for (let i = 300; !page.text().includes("</html>"); i += 150) {
    for (let j = 0; j < 150; j++) writer.say(`line ${i + j}`);
    const wanted = Math.min(i + 150, 5_000);
    await until("they come", async () => {
      await passTime(500);
      return shown(page.text()).length;
    }, (it) => it >= wanted || page.text().includes("</html>"));
    assert.ok(i < 6_000);
  }
  assert.match(
    page.text(),
    /This page has become long\. <a href="\/logs\?source=msp%2Fdb">Follow on from here<\/a>/,
  );
  assert.ok(!page.text().includes('http-equiv="refresh"'));
  await page.rest;
});

Deno.test("a reader who takes nothing holds nothing up, and is let go after a minute", async () => {
  const { fetch, cookie, writer, passTime, clock } = await withLog(1);
  const stuck = await fetch("GET", DB, cookie);
  const page = follow(await fetch("GET", DB, cookie));
  for (let i = 1; i < 30; i++) {
    writer.say(`line ${i}`);
    await passTime(500);
  }
  await until("the other one has all", async () => {
    await passTime(500);
    return shown(page.text()).length;
  }, (it) => it === 30);
  await clock.advance(70_000);
  await assert.rejects(async () => {
    for await (const _ of stuck.body ?? []) { /* what was there */ }
  }, /Nobody reads this page/);
});

Deno.test("secrets, markup and controls of a log cannot reach a page, an answer or a download", async () => {
  const { get, writer } = await withLog(0);
  writer.say(`<script>alert(1)</script> password=${SITE_SECRET} \u202egnp \u0007`);
  writer.say("Authorization: Bearer abcdefghijklmnop1234567890");
  for (const path of [`${DB}&live=off`, "/api/v1/logs?source=msp/db", "/api/v1/logs/raw?source=msp/db"]) {
    const text = await get(path);
    assert.match(text, /alert\(1\)/, path);
    assert.ok(!text.includes(SITE_SECRET), path);
    assert.ok(!text.includes("abcdefghijklmnop"), path);
    assert.ok(!text.includes("\u202e") && !text.includes("\u0007"), path);
  }
  assert.ok(!(await get(`${DB}&live=off`)).includes("<script>"));
});

Deno.test("the filters of an address count, and stand in the form, the links and the download", async () => {
  const { get, writer } = await withLog(0);
  for (const it of ["ERROR: disk full", "WARN: disk slow", "disk fine", "ERROR: net down"]) writer.say(it);
  const path = `${DB}&level=warning&grep=disk&exclude=slow&live=off`;
  const html = await get(path);
  assert.match(html, /disk full/);
  for (const other of ["disk slow", "disk fine", "net down"]) assert.ok(!html.includes(other), other);
  assert.match(html, /<option value="warning" selected/);
  assert.match(html, /<input id="grep"[^>]*value="disk"/);
  const raw = await get(linkOf(html, "Download"));
  assert.match(raw, /^2026-\S+Z ERROR: disk full\n$/);
});

Deno.test("of many who open a log at once no more than fifty follow", async () => {
  const { fetch, cookie, app } = await withLog(1);
  const answers = await Promise.all(Array.from({ length: 60 }, () => fetch("GET", DB, cookie)));
  const pages = answers.map(follow);
  const full = () => pages.filter((it) => it.text().includes("Too many pages follow logs already")).length;
  const following = () => pages.filter((it) => it.text().includes(">Following</span>")).length;
  await until("all are there", () => [following(), full()], ([live = 0, still = 0]) => live + still === 60);
  assert.deepEqual([following(), full()], [50, 10]);
  app.stop();
  await Promise.all(pages.map((it) => it.rest));
});

Deno.test("what cannot be understood is told on the page, and refused by the API", async () => {
  const { get, fetch, cookie } = await withLog(1);
  assert.match(await get("/logs?source=&since=soon&live=off"), /There is a problem[^]*A time must be like/);
  assert.match(await get(`${DB}&since=soon&live=off`), /There is a problem[^]*A time must be like/);
  for (
    const query of [
      "source=msp/db&since=soon",
      "source=msp/db&level=loud",
      "source=msp/db&x=1",
      "source=msp/db&limit=0",
      "source=msp/db&at=x",
    ]
  ) {
    const answer = await fetch("GET", `/api/v1/logs?${query}`, cookie);
    assert.equal(answer.status, 422, query);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    await answer.body?.cancel();
  }
  for (
    const path of [
      "/logs?source=msp/none",
      "/api/v1/logs?source=msp/none",
      "/api/v1/logs/raw?source=msp/none",
    ]
  ) {
    assert.equal((await fetch("GET", path, cookie)).status, 404, path);
  }
});

Deno.test("the API lists sources, and gives pages that go on from each other", async () => {
  const { get } = await withLog(10);
  const { sources } = JSON.parse(await get("/api/v1/logs"));
  assert.deepEqual(sources.map((it: { id: string }) => it.id), ["setup", "msp/db", "agent", "k3s", "kernel"]);
  const first = JSON.parse(await get("/api/v1/logs?source=msp/db&limit=6"));
  assert.deepEqual(first.lines.map((it: { text: string }) => it.text), [
    "line 4",
    "line 5",
    "line 6",
    "line 7",
    "line 8",
    "line 9",
  ]);
  const second = JSON.parse(
    await get(`/api/v1/logs?source=msp/db&limit=6&at=${encodeURIComponent(first.older)}`),
  );
  assert.deepEqual(second.lines.map((it: { text: string }) => it.text), [
    "line 0",
    "line 1",
    "line 2",
    "line 3",
  ]);
  assert.equal(second.older, null);
});

Deno.test("a program follows a log as lines of JSON, until it is signed out", async () => {
  const { fetch, cookie, writer, passTime, access, session } = await withLog(3);
  const path = "/api/v1/logs/follow?source=msp/db&limit=2";
  const answer = await fetch("GET", path, cookie);
  assert.equal(answer.headers.get("content-type"), "application/x-ndjson");
  const lines = follow(answer);
  const told = () => lines.text().split("\n").filter((it) => it !== "").map((it) => JSON.parse(it));
  await until("what there was comes", () => told().length, (it) => it === 2);
  writer.say(`ERROR: line 3 password=${SITE_SECRET}`);
  await until("the new line comes", async () => {
    await passTime(500);
    return told().length;
  }, (it) => it === 3);
  assert.deepEqual(told().map((it) => it.text.slice(0, 13)), ["line 1", "line 2", "ERROR: line 3"]);
  assert.equal(told()[2].level, "error");
  assert.ok(!lines.text().includes(SITE_SECRET));
  await access.endSession(session);
  writer.say("line 4");
  await lines.rest;
  assert.deepEqual(told().at(-1), { end: "signed-out" });
  assert.ok(!lines.text().includes("line 4"));
});

Deno.test("what cannot be followed is refused, and a HEAD of it ends", async () => {
  const { fetch, cookie } = await withLog(1);
  for (
    const [search, status] of [
      ["source=msp/none", 404],
      ["source=msp/db&limit=0", 422],
      ["source=msp/db&until=2026-11-21", 422],
      ["source=msp/db&at=x", 422],
    ] as const
  ) {
    assert.equal((await fetch("GET", `/api/v1/logs/follow?${search}`, cookie)).status, status, search);
  }
  const head = await fetch("HEAD", "/api/v1/logs/follow?source=msp/db", cookie);
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  assert.equal((await fetch("GET", "/api/v1/logs/follow?source=msp/db")).status, 401);
  const open = await Promise.all(Array.from({ length: 51 }, () => fetch("GET", DB, cookie)));
  assert.equal((await fetch("GET", "/api/v1/logs/follow?source=msp/db", cookie)).status, 429);
  await Promise.all(open.map((it) => it.body?.cancel()));
});

Deno.test("a download is a file, and nothing is read ahead of who takes it slowly", async () => {
  const { fetch, cookie, host, writer } = await withLog(0);
  writer.append(`${writer.stamp()} stdout F ${"x".repeat(430)}\n`.repeat(3_000));
  const answer = await fetch("GET", "/api/v1/logs/raw?source=msp/db", cookie);
  assert.equal(answer.headers.get("content-disposition"), 'attachment; filename="msp_db.log"');
  const reader = answer.body?.getReader();
  let readBytes = 0;
  const readPart = host.readPart.bind(host);
  host.readPart = async (path, part) => {
    const bytes = await readPart(path, part);
    readBytes += bytes?.length ?? 0;
    return bytes;
  };
  await reader?.read();
  assert.ok(readBytes < 400_000, `${readBytes} of 1.4 MB`);
  await reader?.cancel();
});

Deno.test("what the machine's journal cannot tell is said on the page", async () => {
  const { get } = await withLog(0);
  assert.match(
    await get("/logs?source=k3s&live=off"),
    /k3s cannot be read: Cannot find the program &quot;journalctl&quot;/,
  );
});

Deno.test("a HEAD of a log is answered and ends", async () => {
  const { fetch, cookie } = await withLog(1);
  assert.equal((await fetch("HEAD", DB, { ...cookie, host: HOST })).status, 200);
});
