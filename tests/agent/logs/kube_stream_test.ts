import assert from "node:assert/strict";
import { kubeStream } from "../../../agent/logs/kube_stream.ts";
import { type LogStream, START } from "../../../agent/logs/log_line.ts";
import { KubeApiError, type KubeClient, type LogOptions } from "../../../k8s/client/kube_client.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { until } from "../../until.ts";

const signal = new AbortController().signal;
const at = (i: number) =>
  `2026-11-21T12:00:${String(Math.floor(i / 100)).padStart(2, "0")}.${
    String(i % 100 >> 1).padStart(2, "0")
  }Z`;

/** An API whose container has said so many lines, two of each time. */
function api(said: string[]) {
  const asked: LogOptions[] = [];
  const kube = {
    logs(_pod: unknown, options: LogOptions = {}) {
      asked.push(options);
      const since = options.sinceTime;
      const lines = said.filter((it) => since === undefined || it.slice(0, 19) >= since.slice(0, 19));
      const tail = options.tailLines === undefined ? lines : lines.slice(-options.tailLines);
      const bytes = new TextEncoder().encode(tail.map((it) => `${it}\n`).join(""));
      const pieces = Array.from(
        { length: Math.ceil(bytes.length / 1_000) },
        (_, i) => bytes.slice(i * 1_000, (i + 1) * 1_000),
      );
      return Promise.resolve(ReadableStream.from(pieces));
    },
  } as unknown as KubeClient;
  return { kube, asked };
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => `${at(i)} line ${i}`);

function open(kube: KubeClient, clock = new FakeClock()): LogStream {
  return kubeStream({
    kube: () => Promise.resolve(kube),
    clock,
    key: "db-0/db",
    pod: { namespace: "msp", name: "db-0" },
    container: "db",
  });
}

Deno.test("by the API: pages back have no gap and nothing twice, lines of one time among them", async () => {
  const said = lines(2_345);
  const { kube } = api(said);
  const texts: string[] = [];
  for (let place = await open(kube).end(signal); place !== START;) {
    for await (const batch of open(kube).back(place, signal)) {
      const page = batch.lines.slice(-333);
      texts.unshift(...page.map((it) => it.text));
      place = page[0]?.before ?? START;
      break;
    }
    said.push(`${at(2_345)} newer`); // what comes meanwhile changes nothing
  }
  assert.deepEqual(texts, lines(2_345).map((it) => it.slice(it.indexOf(" ") + 1)));
});

Deno.test("by the API: following goes on where a stream ended, each line once", async () => {
  const said = lines(5);
  const clock = new FakeClock();
  const { kube, asked } = api(said);
  const stream = open(kube, clock);
  const place = await stream.end(signal);
  const stop = new AbortController();
  const texts: string[] = [];
  const following = (async () => {
    for await (const batch of stream.ahead(place, { follows: true, signal: stop.signal })) {
      texts.push(...batch.lines.map((it) => it.text));
    }
  })();
  for (let i = 5; i < 25; i++) {
    said.push(`${at(i)} line ${i}`);
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await until("all have come", async () => {
    await clock.advance(1_000);
    return texts.length;
  }, (it) => it >= 20);
  stop.abort();
  await following;
  assert.deepEqual(texts, Array.from({ length: 20 }, (_, i) => `line ${i + 5}`));
  assert.ok(asked.at(-1)?.sinceTime, "it does not read everything again");
});

Deno.test("by the API: a line of 10 MB is cut", async () => {
  const { kube } = api([`${at(0)} ${"x".repeat(10_000_000)}`, `${at(2)} after`]);
  const all: [number, boolean][] = [];
  for await (const batch of open(kube).ahead(START, { follows: false, signal })) {
    all.push(
      ...batch.lines.map((it) => [it.text.length, (it.cutBytes ?? 0) > 9_000_000] as [number, boolean]),
    );
  }
  assert.deepEqual(all.map(([, isCut]) => isCut), [true, false]);
  assert.ok((all[0]?.[0] ?? 0) <= 64 * 1024);
});

Deno.test("by the API: what it refuses is an error in its words", async () => {
  const kube = {
    logs: () =>
      Promise.reject(
        new KubeApiError(
          'container "db" in pod "db-0" is waiting to start: PodInitializing',
          400,
          "BadRequest",
        ),
      ),
  } as unknown as KubeClient;
  await assert.rejects(open(kube).end(signal), /is waiting to start: PodInitializing/);
  const none = kubeStream({
    kube: () => Promise.resolve(undefined),
    clock: new FakeClock(),
    key: "x",
    pod: { namespace: "a", name: "b" },
    container: "c",
  });
  await assert.rejects(none.end(signal), /Kubernetes is not set up here/);
});

Deno.test("by the API: what it refuses to one who follows is told, not tried again in silence", async () => {
  const kube = {
    logs: () => Promise.reject(new KubeApiError("it is waiting to start", 400, "BadRequest")),
  } as unknown as KubeClient;
  await assert.rejects(async () => {
    for await (const _ of open(kube).ahead(START, { follows: true, signal })) { /* nothing comes */ }
  }, /is waiting to start/);
});
