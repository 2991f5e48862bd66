import assert from "node:assert/strict";
import { createLogService } from "../../../agent/logs/log_service.ts";
import { ANY } from "../../../agent/logs/query.ts";
import type { LogPod } from "../../../agent/logs/sources.ts";
import { knownValues } from "../../../agent/text/redact/known_values.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { until } from "../../until.ts";
import { PodLogWriter } from "./pod_log_writer.ts";

/** Logs of a host, and how often all pods were listed. */
function withPods(list: () => Promise<readonly LogPod[]> = () => Promise.resolve([])) {
  const clock = new FakeClock();
  const host = new FakeHost();
  const seen = { lists: 0 };
  const logs = createLogService({
    host,
    clock,
    connectKube: () => Promise.resolve(undefined),
    pods: () => (seen.lists++, list()),
    readKnown: () => Promise.resolve(knownValues([])),
  });
  return { clock, host, logs, seen };
}

Deno.test("a page, all who ask meanwhile, and following share one list of the pods", async () => {
  const { clock, host, logs, seen } = withPods();
  new PodLogWriter(host).say("one");
  const query = { ...ANY, source: "msp/db" };
  const { signal } = new AbortController();
  await Promise.all([logs.sources(), logs.sources(), logs.page(query, { limit: 10, signal })]);
  await (await logs.all(query, signal))?.return(undefined);
  assert.equal(seen.lists, 1);
  new PodLogWriter(host, "/var/log/pods/msp_web-0_1/web").say("two");
  await clock.advance(4_000);
  assert.ok((await logs.sources()).some((it) => it.id === "msp/web"));
  assert.equal(seen.lists, 2);
});

Deno.test("one who follows sees a pod that begins, and does not list all pods at each look", async () => {
  const { clock, host, logs, seen } = withPods();
  new PodLogWriter(host).say("one");
  const query = { ...ANY, source: "msp/db" };
  const stop = new AbortController();
  const page = await logs.page(query, { limit: 10, signal: stop.signal });
  assert.ok(page);
  const texts: string[] = [];
  const following = (async () => {
    for await (const { entries } of logs.follow(query, page, { signal: stop.signal })) {
      texts.push(...entries.map((it) => it.head.text));
    }
  })();
  for (let i = 0; i < 20; i++) {
    await clock.advance(3_000);
    await new Promise((resolve) => setTimeout(resolve));
  }
  assert.ok(seen.lists > 1 && seen.lists <= 12, `${seen.lists} lists in a minute`);
  new PodLogWriter(host, "/var/log/pods/msp_db-1_1/db").say("of a new pod");
  await until("its line comes", async () => {
    await clock.advance(1_000);
    return texts;
  }, (it) => it.includes("of a new pod"));
  stop.abort();
  await following;
});

Deno.test("a list of the pods that failed is asked for again", async () => {
  let isDown = true;
  const { logs } = withPods(() => isDown ? Promise.reject(new Error("no answer")) : Promise.resolve([]));
  await assert.rejects(logs.sources(), /no answer/);
  isDown = false;
  assert.equal((await logs.sources()).length, 4);
});

Deno.test("a source of more containers than are read together says how many it left out, on a page and as a whole", async () => {
  const { host, logs } = withPods();
  for (let i = 0; i < 63; i++) new PodLogWriter(host, `/var/log/pods/msp_db-${i}_${i}/db`).say(`of ${i}`);
  const query = { ...ANY, source: "msp/db" };
  const { signal } = new AbortController();
  const page = await logs.page(query, { limit: 100, signal });
  assert.equal(page?.entries.length, 60);
  assert.deepEqual(page?.problems, [
    { stream: "3 more containers", problem: "at most 60 are read together; choose a pod" },
  ]);
  const all = await Array.fromAsync(await logs.all({ ...query, grep: `"of 1"` }, signal) ?? []);
  assert.deepEqual([all[0]?.stream, all[0]?.head.text], [
    "3 more containers",
    "cannot be read: at most 60 are read together; choose a pod",
  ]);
  assert.ok(all.slice(1).every((it) => it.head.text.startsWith("of 1")) && all.length > 2);
  const one = await logs.page({ ...query, pod: "db-7" }, { limit: 100, signal });
  assert.deepEqual([one?.entries.length, one?.problems], [1, []]);
});
