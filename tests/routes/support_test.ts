import assert from "node:assert/strict";
import { auditText } from "../../agent/access/audit_words.ts";
import { textPieces } from "../../agent/bundle/collector.ts";
import { readMade } from "../bundle/keep_bundle.ts";
import { until } from "../until.ts";
import { HOST, startApp } from "./start_app.ts";

const comes = (ask: () => boolean) => until(String(ask), ask, (it) => it);

const own = { origin: `http://${HOST}` };

Deno.test("one button makes a bundle that downloads; the page says what is being collected", async () => {
  const { fetch, cookie, form, session, wants, bundles, deps } = await startApp();
  const go = Promise.withResolvers<void>();
  wants.collector = async ({ file }) => {
    await go.promise;
    await file("one.txt", textPieces("one\n"));
  };
  const still = await (await fetch("GET", "/support?live=off", cookie)).text();
  assert.match(still, /<form[^>]*method="post" action="\/support\/bundle"/);
  const response = await fetch(
    "POST",
    "/support/bundle",
    { ...cookie, ...form, ...own },
    `csrf=${session.csrfToken}`,
  );
  assert.equal(response.status, 200);
  assert.match(
    response.headers.get("content-disposition") ?? "",
    /^attachment; filename="alga-appliance-support-[\dTZ]+\.tar\.gz"$/,
  );
  const asked = (await deps.audit.read()).entries.find((it) => it.type === "support.bundle");
  assert.deepEqual([asked?.data.via, asked?.data.result], ["browser", "accepted"]);
  assert.equal(auditText("support.bundle"), "Support bundle asked for");
  await comes(() => bundles.view().progress?.rows[0]?.status === "running");
  assert.match(
    await (await fetch("GET", "/support?live=off", cookie)).text(),
    /Collecting: 0 of 1 parts[^]*The one part[^]*being collected/,
  );
  go.resolve();
  const bundle = await readMade(response.body ?? undefined);
  assert.equal(bundle.manifest.by, "browser 192.0.2.7");
  assert.ok(bundle.files.has("one.txt"));
  await comes(() => bundles.view().history.length === 1);
  assert.match(
    await (await fetch("GET", "/support?live=off", cookie)).text(),
    /Made before[^]*browser 192\.0\.2\.7/,
  );
});

Deno.test("a bundle is made by nobody without a session, and by no form of another site", async () => {
  const { fetch, cookie, form, wants } = await startApp();
  let runs = 0;
  wants.collector = () => (runs++, Promise.resolve());
  assert.equal((await fetch("POST", "/support/bundle", { ...form, ...own }, "")).status, 303);
  assert.equal(
    (await fetch("POST", "/support/bundle", { ...cookie, ...form, ...own }, "csrf=wrong")).status,
    403,
  );
  assert.equal(
    (await fetch("POST", "/support/bundle", { ...cookie, ...form, origin: "http://evil.test" }, "")).status,
    403,
  );
  assert.equal(
    (await fetch("POST", "/api/v1/support/bundle", { "content-type": "application/json" }, "{}")).status,
    401,
  );
  assert.equal(runs, 0);
});

Deno.test("the API names what it does not understand", async () => {
  const { fetch, access } = await startApp();
  const token = { authorization: `Bearer ${access.token()}`, "content-type": "application/json" };
  for (
    const [body, wanted] of [
      ['{"recipients":["age1nope"]}', /is not a public key of age/],
      ['{"all":true}', /all/],
    ] as const
  ) {
    const response = await fetch("POST", "/api/v1/support/bundle", token, body);
    assert.equal(response.status, 422);
    assert.match((await response.json()).detail, wanted);
  }
  const missing = await fetch("GET", "/api/v1/support/bundles/none.tar.gz", token);
  assert.equal(missing.status, 404);
});

Deno.test("a download that is cancelled over a real connection stops the collectors", async () => {
  const { app, access, wants } = await startApp();
  let isStopped = false;
  wants.collector = async ({ signal, file }) => {
    await file("one.txt", textPieces("one\n"));
    // It may have come while the file was added.
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    isStopped = true;
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => app.fetch(request, { remoteAddr: "192.0.2.7" }),
  );
  const stop = new AbortController();
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/api/v1/support/bundle`, {
    method: "POST",
    signal: stop.signal,
    headers: { authorization: `Bearer ${access.token()}`, "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(response.status, 200);
  assert.equal(isStopped, false);
  stop.abort();
  await response.body?.cancel().catch(() => {});
  await comes(() => isStopped);
  await server.shutdown();
});
