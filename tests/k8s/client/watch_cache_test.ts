import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import {
  createKubeClient,
  KINDS,
  KubeApiError,
  type KubeClient,
  type KubeObject,
  parseKubeconfig,
  WatchCache,
} from "../../../k8s/mod.ts";
import { MOST_OBJECTS } from "../../../k8s/client/answer_limits.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { type SimKubeApi, startSimKubeApi } from "../../simulator/kube_api.ts";
import { until } from "../../until.ts";

async function untilTrue(what: string, condition: () => boolean): Promise<void> {
  await until(what, condition, (it) => it);
}

async function withCache(
  resource: keyof typeof KINDS,
  body: (api: SimKubeApi, cache: WatchCache<string>, client: KubeClient) => Promise<void>,
): Promise<void> {
  const api = await startSimKubeApi();
  const config = parseKubeconfig(api.kubeconfig);
  // The cache has to meet its limit; what the test itself asks has none that a loaded machine could miss.
  const watching = createKubeClient(config, { requestTimeoutMs: 1_000, watchIdleMs: 3_000 });
  const client = createKubeClient(config, { requestTimeoutMs: 60_000 });
  const ended = new AbortController();
  const cache = new WatchCache({
    client: watching,
    resource: KINDS[resource],
    project: (object) =>
      object.metadata.name === "hidden" ? undefined : `${object.metadata.name}=${object.data?.a ?? ""}`,
    clock: { nowMs: () => Date.now(), sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) },
    onChange: () => {},
  });
  const running = cache.run(ended.signal);
  try {
    await body(api, cache, client);
  } finally {
    ended.abort(new Error("test is over"));
    await running;
    client.close();
    watching.close();
    await api.close();
  }
}

function configMap(name: string, a: string): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data: { a } };
}

Deno.test("WatchCache follows what is added, changed and deleted", () =>
  withCache("ConfigMap", async (_api, cache, client) => {
    await client.apply(configMap("x", "1"));
    await client.apply(configMap("hidden", "1"));
    await untilTrue("x is there", () => cache.items().includes("x=1"));
    await client.apply(configMap("x", "2"));
    await untilTrue("x changed", () => cache.items().includes("x=2"));
    assert.equal(cache.items().length, 1);
    await client.delete({ resource: KINDS.ConfigMap, namespace: "default", name: "x" });
    await untilTrue("x is gone", () => cache.items().length === 0);
  }));

Deno.test("WatchCache lists again after 410 and misses nothing", () =>
  withCache("ConfigMap", async (api, cache, client) => {
    await client.apply(configMap("x", "1"));
    await untilTrue("x is there", () => cache.items().length === 1);
    await api.refuse();
    api.store.patch(KINDS.ConfigMap, "default", "x", { data: { a: "2" } }, "t");
    api.store.compact();
    await untilTrue("the loss is told", () => cache.state().error !== undefined);
    assert.deepEqual(cache.items(), ["x=1"]);
    await api.resume();
    await untilTrue("x changed", () => cache.items().includes("x=2"));
    await untilTrue("the error is gone", () => cache.state().error === undefined);
  }));

Deno.test("WatchCache resumes when the server restarts", () =>
  withCache("ConfigMap", async (api, cache, client) => {
    await untilTrue("synced", () => cache.state().synced);
    for (let i = 0; i < 3; i++) {
      await api.refuse();
      await api.resume();
      await client.apply(configMap(`r${i}`, "1"));
      await untilTrue(`r${i} is there`, () => cache.items().includes(`r${i}=1`));
    }
  }));

Deno.test("WatchCache says that an API which accepts and never answers is not answering", () =>
  withCache("ConfigMap", async (api, cache) => {
    await untilTrue("synced", () => cache.state().synced);
    const last = cache.state().lastContactAt;
    api.hang();
    const says = (words: RegExp) => words.test(cache.state().error ?? "");
    await untilTrue("the open watch was silent", () => says(/silent for too long/));
    await untilTrue("the next one was not answered", () => says(/\btime/));
    assert.ok(cache.state().synced);
    assert.ok(last);
  }));

Deno.test("WatchCache waits for a kind that does not exist yet", () =>
  withCache("OCIRepository", async (api, cache) => {
    await untilTrue("missing", () => cache.state().missingKind);
    api.store.addKind(KINDS.OCIRepository);
    await untilTrue("synced", () => cache.state().synced && !cache.state().missingKind);
  }));

for (
  const [what, answer] of [
    ["closes every watch at once", (stream) => stream.close()],
    [
      "says 410 to every watch",
      (stream) => stream.error(new KubeApiError("too old resource version", 410, "Expired")),
    ],
  ] as [string, (stream: ReadableStreamDefaultController) => void][]
) {
  Deno.test(`WatchCache asks a server that ${what} less and less often`, async () => {
    const clock = new FakeClock();
    const ended = new AbortController();
    let asked = 0;
    const client = {
      list(_: unknown, { each }: { each: (object: KubeObject) => void }) {
        each(configMap("x", "1"));
        return Promise.resolve({ items: [], resourceVersion: "1" });
      },
      watch: () => {
        asked++;
        return new ReadableStream({ start: answer });
      },
    } as unknown as KubeClient;
    const cache = new WatchCache({
      client,
      resource: KINDS.ConfigMap,
      project: (object) => object.metadata.name,
      clock,
      onChange: () => {},
      random: () => 0,
    });
    const running = cache.run(ended.signal);
    await clock.advance(60_000);
    assert.ok(asked > 5 && asked < 25, `asked ${asked} times in a minute`);
    assert.deepEqual(cache.items(), ["x"]);
    ended.abort(new Error("test is over"));
    await running;
  });
}

Deno.test("WatchCache of a server that tells of ever more objects keeps no more than it may, and says why", async () => {
  const clock = new FakeClock();
  const ended = new AbortController();
  let told = 0;
  const client = {
    list: () => Promise.resolve({ items: [], resourceVersion: "1" }),
    watch: () =>
      new ReadableStream({
        pull(stream) {
          for (let i = 0; i < 1_000; i++) {
            stream.enqueue({ type: "ADDED", object: configMap(`c${told++}`, "1") });
          }
        },
      }),
  } as unknown as KubeClient;
  const reached = Promise.withResolvers<void>();
  const cache: WatchCache<string> = new WatchCache({
    client,
    resource: KINDS.ConfigMap,
    project: (object) => object.metadata.name,
    clock,
    onChange() {
      if (cache.state().error !== undefined) reached.resolve();
    },
  });
  const running = cache.run(ended.signal);
  await reached.promise;
  assert.equal(cache.items().length, MOST_OBJECTS);
  assert.match(cache.state().error ?? "", /more than 30000 objects; further configmaps/);
  ended.abort(new Error("test is over"));
  await running;
});
