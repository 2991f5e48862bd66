import assert from "node:assert/strict";
import { replayWorkloads } from "../../agent/workloads/mod.ts";
import { ago, deployment, event, NOW_MS, podOf, snapshotOf, waiting } from "../agent/status/objects.ts";
import { parseMarkup } from "../views/markup.ts";
import { sampleBlocker } from "../views/samples.ts";
import { logsStub } from "./logs_stub.ts";
import { startApp } from "./start_app.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeHost } from "../fakes/fake_host.ts";

const POD = "workflow-worker-7d9c5-x2x8p";

function workloads() {
  const made = podOf(
    "workflow-worker",
    waiting("ImagePullBackOff", "ghcr.io/nine-minds/workflow-worker:9: not found"),
  );
  return replayWorkloads(
    snapshotOf({
      deployments: [deployment("msp", "workflow-worker", { ready: 0 }), deployment("msp", "email-service")],
      pods: [made],
      events: [event(made, "Failed", "it failed with password=hunter2hunter2", { secondsAgo: 7_200 })],
    }),
    NOW_MS,
  );
}

for (const path of ["/workloads", `/workloads/msp/${POD}`, "/events"]) {
  Deno.test(`GET ${path} asks for signing in first, as a page and as JSON`, async () => {
    const { fetch } = await startApp({ workloads: workloads() });
    const page = await fetch("GET", path);
    assert.deepEqual([page.status, page.headers.get("location")?.startsWith("/login")], [303, true]);
    assert.equal((await fetch("GET", `/api/v1${path}`)).status, 401);
  });
}

Deno.test("GET /workloads shows what needs attention first and leads to the pod; JSON has the same", async () => {
  const { fetch, cookie } = await startApp({ workloads: workloads() });
  const response = await fetch("GET", "/workloads", cookie);
  const html = await response.text();
  const { text } = parseMarkup(html);
  assert.equal(response.status, 200);
  assert.match(text, /1 of 2 workloads needs attention/);
  assert.ok(text.indexOf("workflow-worker") < text.indexOf("email-service"));
  assert.ok(html.includes(`href="/workloads/msp/${POD}"`));
  assert.match(html, /<a href="\/workloads" aria-current="page">/);
  const json = await (await fetch("GET", "/api/v1/workloads", cookie)).json();
  assert.deepEqual(json.rows.map((it: { name: string; state: string }) => [it.name, it.state]), [
    ["workflow-worker", "no-image"],
    ["email-service", "running"],
  ]);
});

Deno.test("a pod leads to its log where there is one", async () => {
  const container = { namespace: "msp", pod: POD, container: "main", folder: undefined };
  const source = {
    id: "msp/workflow-worker",
    title: "Workflow worker",
    group: "App",
    containers: [container],
  } as const;
  for (
    const [sources, link] of [[[source], `/logs?source=msp%2Fworkflow-worker&pod=${POD}`], [
      [],
      undefined,
    ]] as const
  ) {
    const logs = logsStub({ host: new FakeHost(), clock: new FakeClock() });
    const { fetch, cookie } = await startApp({
      workloads: workloads(),
      logs: { ...logs, sources: () => Promise.resolve([...sources]) },
    });
    const html = await (await fetch("GET", `/workloads/msp/${POD}`, cookie)).text();
    assert.equal(/href="([^"]+)">Its log</.exec(html)?.[1]?.replaceAll("&amp;", "&"), link);
  }
});

Deno.test("GET /workloads/:ns/:pod tells the finding of this pod with its help, and events without passwords", async () => {
  const { fetch, cookie, find } = await startApp({ workloads: workloads() });
  find([sampleBlocker({
    id: "img.not-found",
    title: "The image does not exist",
    evidence: [{ label: "Object", text: "x", pod: { namespace: "msp", name: POD } }],
  })]);
  const html = await (await fetch("GET", `/workloads/msp/${POD}`, cookie)).text();
  const { text } = parseMarkup(html);
  assert.match(text, new RegExp(`${POD} waits for an image that cannot be fetched`));
  assert.match(text, /The image does not exist\./);
  assert.match(text, /Counts for\s+Background/);
  assert.ok(html.includes('href="/help/img.not-found'));
  assert.doesNotMatch(html, /hunter2/);
  const status = await (await fetch("GET", "/?live=off", cookie)).text();
  assert.ok(
    status.includes(`<a href="/workloads/msp/${POD}">Open the pod</a>`),
    "the status page leads there",
  );
  const json = await (await fetch("GET", `/api/v1/workloads/msp/${POD}`, cookie)).json();
  assert.deepEqual([json.row.state, json.containers.length, json.volumes], ["no-image", 1, null]);
});

Deno.test("a pod that is gone is 404, with the way to what was told of it", async () => {
  const { fetch, cookie } = await startApp({ workloads: workloads() });
  const page = await fetch("GET", "/workloads/msp/never-was", cookie);
  assert.equal(page.status, 404);
  assert.match(await page.text(), /href="\/events\?about=Pod%2Fmsp%2Fnever-was"/);
  const json = await fetch("GET", "/api/v1/workloads/msp/never-was", cookie);
  assert.deepEqual([json.status, (await json.json()).reason], [404, "no-pod"]);
});

Deno.test("GET /events takes window and filter from the address", async () => {
  const { fetch, cookie } = await startApp({ workloads: workloads() });
  const all = await (await fetch("GET", "/events?warnings=yes", cookie)).text();
  assert.match(parseMarkup(all).text, /Pod workflow-worker-7d9c5-x2x8p\s*: Failed/);
  const late = await (await fetch("GET", "/api/v1/events?since=1h", cookie)).json();
  assert.deepEqual([late.total, late.since], [0, ago(3_600).replace("Z", ".000Z")]);
});

Deno.test("a filter that there is not, and a value that is none, is refused with its name", async () => {
  const { fetch, cookie } = await startApp({ workloads: workloads() });
  for (const path of ["/workloads?colour=red", "/events?since=yesterday", "/events?page=0"]) {
    const [page, json] = [await fetch("GET", path, cookie), await fetch("GET", `/api/v1${path}`, cookie)];
    assert.deepEqual([page.status, json.status], [422, 422], path);
    assert.equal(json.headers.get("content-type"), "application/problem+json");
    const [field] = path.split("?")[1]?.split("=") ?? [];
    assert.equal((await json.json()).errors[0].field, field);
  }
});
