import assert from "node:assert/strict";
import type { KubeClientOptions } from "../../k8s/http_kube_client.ts";
import { KINDS } from "../../k8s/kinds.ts";
import { KubeApiError, type KubeClient, type KubeObject, type WatchEvent } from "../../k8s/kube_client.ts";

/** One API server under test. */
export interface ContractServer {
  /** A client as the administrator. */
  connect(options?: KubeClientOptions): KubeClient;
  /** A client whose credentials the server does not know. */
  stranger: KubeClient;
  /** A client whose requests the server answers with 429 and Retry-After from now on, until told to stop. */
  throttled(): Promise<{ client: KubeClient; stop(): Promise<void> }>;
  /** Makes resource versions from before unusable for a watch. */
  compact(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What the agent relies on; runs on the simulator and on a real kube-apiserver. */
export function kubeClientContract(
  name: string,
  start: () => Promise<ContractServer>,
  options: { ignore?: boolean } = {},
): void {
  Deno.test({
    name: `${name}: KubeClient contract`,
    ignore: options.ignore ?? false,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      const server = await start();
      const client = server.connect();
      try {
        await client.apply(namespace("contract"));
        await t.step("get() of an absent object is undefined", async () => {
          assert.equal(
            await client.get({ resource: KINDS.ConfigMap, namespace: "contract", name: "no" }),
            undefined,
          );
        });

        await t.step("create() twice is AlreadyExists", async () => {
          await client.create(configMap("twice", {}));
          await assert.rejects(client.create(configMap("twice", {})), {
            status: 409,
            reason: "AlreadyExists",
          });
        });

        await t.step("create() in an absent namespace is NotFound", async () => {
          const lost = { ...configMap("lost", {}), metadata: { name: "lost", namespace: "absent" } };
          await assert.rejects(client.create(lost), { status: 404, reason: "NotFound" });
        });

        await t.step("list() joins pages", async () => {
          for (let i = 0; i < 7; i++) await client.apply(configMap(`page-${i}`, {}, { page: "yes" }));
          const listed = await client.list(KINDS.ConfigMap, {
            namespace: "contract",
            labelSelector: "page=yes",
            limit: 3,
          });
          assert.deepEqual(
            listed.items.map((it) => it.metadata.name),
            Array.from({ length: 7 }, (_, i) => `page-${i}`),
          );
          assert.ok(listed.resourceVersion);
        });

        await t.step("list() of an unknown kind is NotFound", async () => {
          await assert.rejects(
            client.list({ apiVersion: "no.example/v1", kind: "No", plural: "nos", namespaced: true }),
            { status: 404 },
          );
        });

        await t.step("list() with metadataOnly gives no data", async () => {
          await client.apply({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "s", namespace: "contract" },
            stringData: { a: "b" },
          });
          const listed = await client.list(KINDS.Secret, { namespace: "contract", metadataOnly: true });
          const found = listed.items.find((it) => it.metadata.name === "s");
          assert.ok(found);
          assert.equal(found.data, undefined);
          const whole = await client.get({ resource: KINDS.Secret, namespace: "contract", name: "s" });
          assert.deepEqual(whole?.data, { a: "Yg==" });
        });

        await t.step("apply() of the same again changes no resourceVersion", async () => {
          const first = await client.apply(configMap("same", { a: "1" }));
          const second = await client.apply(configMap("same", { a: "1" }));
          assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
        });

        await t.step("apply() removes a field of ours that is gone and keeps those of others", async () => {
          await client.apply(configMap("prune", { a: "1", b: "2" }));
          await client.patch({ resource: KINDS.ConfigMap, namespace: "contract", name: "prune" }, {
            data: { c: "3" },
          }, { fieldManager: "other" });
          const after = await client.apply(configMap("prune", { a: "1" }));
          assert.deepEqual(after.data, { a: "1", c: "3" });
        });

        await t.step("apply() over another's field is a conflict that names it, and force wins", async () => {
          await client.apply(configMap("fight", { a: "1" }), { fieldManager: "rival" });
          await assert.rejects(client.apply(configMap("fight", { a: "2" })), (error: KubeApiError) => {
            assert.equal(error.status, 409);
            assert.equal(error.reason, "Conflict");
            assert.match(error.message, /"rival"/);
            return true;
          });
          assert.deepEqual((await client.apply(configMap("fight", { a: "2" }), { force: true })).data, {
            a: "2",
          });
        });

        await t.step("what one name patches and what it applies are owned apart", async () => {
          const ref = { resource: KINDS.ConfigMap, namespace: "contract", name: "apart" };
          await client.apply(configMap("apart", { a: "1" }));
          await client.patch(ref, { data: { b: "2" } });
          const after = await client.apply(configMap("apart", { a: "1" }));
          assert.deepEqual(after.data, { a: "1", b: "2" }, "what was patched stays");
          const owners = after.metadata.managedFields as { manager: string; operation: string }[];
          assert.deepEqual(owners.map((it) => `${it.manager} ${it.operation}`).sort(), [
            "alga-agent Apply",
            "alga-agent Update",
          ]);
          await assert.rejects(client.apply(configMap("apart", { a: "1", b: "3" })), {
            status: 409,
            reason: "Conflict",
          });
        });

        await t.step("apply() of fewer fields than were created removes nothing", async () => {
          await client.create(configMap("created", { a: "1", b: "2" }));
          assert.deepEqual((await client.apply(configMap("created", { a: "1" }))).data, { a: "1", b: "2" });
        });

        await t.step("patch() removes with null and records its field manager", async () => {
          await client.apply(configMap("patched", { a: "1", b: "2" }));
          const ref = { resource: KINDS.ConfigMap, namespace: "contract", name: "patched" };
          const after = await client.patch(ref, { data: { b: null, c: "3" } }, {
            fieldManager: "flux-client-side-apply",
          });
          assert.deepEqual(after.data, { a: "1", c: "3" });
          const managers = after.metadata.managedFields.map((it: { manager: string }) => it.manager);
          assert.ok(managers.includes("flux-client-side-apply"), managers.join());
        });

        await t.step(
          "status is written through its subresource and does not move the generation",
          async () => {
            const made = await client.apply({
              apiVersion: "batch/v1",
              kind: "Job",
              metadata: { name: "job", namespace: "contract" },
              spec: {
                template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } },
              },
            });
            const ref = { resource: KINDS.Job, namespace: "contract", name: "job" };
            const after = await client.patch(ref, {
              status: { active: 1, startTime: "2026-01-01T00:00:00Z" },
            }, { subresource: "status" });
            assert.equal(after.status.active, 1);
            assert.equal(after.metadata.generation, made.metadata.generation);
          },
        );

        await t.step("delete() tells whether it was there and honours a uid", async () => {
          const made = await client.create(configMap("gone", {}));
          const ref = { resource: KINDS.ConfigMap, namespace: "contract", name: "gone" };
          await assert.rejects(client.delete(ref, { uid: "00000000-0000-0000-0000-000000000000" }), {
            status: 409,
          });
          assert.equal(await client.delete(ref, { uid: made.metadata.uid ?? "" }), true);
          assert.equal(await client.delete(ref), false);
        });

        await t.step("watch() reports what is added, changed and deleted, in order", async () => {
          const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
          const seen = collect(client, resourceVersion, 3);
          await client.create(configMap("w", { a: "1" }));
          await client.apply(configMap("w", { a: "2" }), { force: true });
          await client.delete({ resource: KINDS.ConfigMap, namespace: "contract", name: "w" });
          assert.deepEqual((await seen).map((it) => it.type), ["ADDED", "MODIFIED", "DELETED"]);
        });

        await t.step("watch() resumes from a resourceVersion without a gap", async () => {
          const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
          for (const it of ["r1", "r2"]) await client.create(configMap(it, {}));
          const seen = await collect(client, resourceVersion, 2);
          assert.deepEqual(seen.map((it) => it.type === "BOOKMARK" ? "" : it.object.metadata.name), [
            "r1",
            "r2",
          ]);
        });

        await t.step("watch() from before a compaction is Expired", async () => {
          const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
          for (let i = 0; i < 3; i++) await client.create(configMap(`old-${i}`, {}));
          await server.compact();
          await assert.rejects(collect(client, resourceVersion, 1), (error: KubeApiError) => {
            assert.equal(error.status, 410);
            return true;
          });
        });

        await t.step(
          "watch() gives a bookmark before the server ends it, and a watch from there has no gap",
          async () => {
            const short = server.connect({ watchTimeoutSec: 6 });
            try {
              const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
              await client.apply(namespace("contract-other"));
              // The bookmark stands for a change elsewhere that this watch does not see.
              const other = { ...configMap("x", {}), metadata: { name: "x", namespace: "contract-other" } };
              const changed = new Promise((resolve) => setTimeout(resolve, 1_000)).then(() =>
                client.apply(other)
              );
              let bookmark = "";
              for await (
                const it of short.watch(KINDS.ConfigMap, { namespace: "contract", resourceVersion })
              ) {
                if (it.type === "BOOKMARK") bookmark = it.resourceVersion;
              }
              await changed;
              assert.notEqual(bookmark, "", "the watch ended without a bookmark");
              await client.create(configMap("after-bookmark", {}));
              const [seen] = await collect(client, bookmark, 1);
              assert.equal(seen?.type !== "BOOKMARK" && seen?.object.metadata.name, "after-bookmark");
            } finally {
              short.close();
            }
          },
        );

        await t.step("watch() loses nothing when its reader is slow", async () => {
          const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
          const filler = "x".repeat(20_000);
          const total = 400;
          const names: string[] = [];
          const signal = AbortSignal.timeout(60_000);
          let from = resourceVersion;
          let written: Promise<void> | undefined;
          await client.create(configMap("slow-0", { filler }));
          const write = async () => {
            for (let i = 1; i < total; i++) await client.create(configMap(`slow-${i}`, { filler }));
          };
          while (names.length < total) {
            for await (
              const it of client.watch(KINDS.ConfigMap, {
                namespace: "contract",
                resourceVersion: from,
                signal,
              })
            ) {
              if (it.type === "BOOKMARK") continue;
              names.push(it.object.metadata.name);
              from = it.object.metadata.resourceVersion ?? from;
              // From the first change on it does not read until everything was written, 8 MB.
              await (written ??= write());
              if (names.length === total) break;
            }
            await (written ??= write());
          }
          assert.deepEqual(names, Array.from({ length: total }, (_, i) => `slow-${i}`));
        });

        await t.step("watch() with a field selector sees that object alone", async () => {
          const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
          await client.create(configMap("not-this", {}));
          await client.create(configMap("this-one", {}));
          const signal = AbortSignal.timeout(20_000);
          const fieldSelector = "metadata.name=this-one";
          for await (
            const it of client.watch(KINDS.ConfigMap, {
              namespace: "contract",
              resourceVersion,
              fieldSelector,
              signal,
            })
          ) {
            if (it.type === "BOOKMARK") continue;
            assert.equal(it.object.metadata.name, "this-one");
            break;
          }
        });

        await t.step("events of both kinds are listed; the newer kind counts in its series", async () => {
          const regarding = { apiVersion: "v1", kind: "Pod", namespace: "contract", name: "p" };
          await client.create({
            apiVersion: "v1",
            kind: "Event",
            metadata: { name: "old", namespace: "contract" },
            involvedObject: regarding,
            reason: "Failed",
            message: "old kind",
            type: "Warning",
            count: 3,
            firstTimestamp: "2026-01-01T00:00:00Z",
            lastTimestamp: "2026-01-01T00:00:09Z",
          });
          await client.create({
            apiVersion: "v1",
            kind: "Event",
            metadata: { name: "new", namespace: "contract" },
            involvedObject: regarding,
            reason: "FailedScheduling",
            message: "new kind",
            type: "Warning",
            eventTime: "2026-01-01T00:00:00.000000Z",
            action: "Scheduling",
            reportingComponent: "default-scheduler",
            reportingInstance: "default-scheduler-x",
            series: { count: 7, lastObservedTime: "2026-01-01T00:01:00.000000Z" },
          });
          const { items } = await client.list(KINDS.Event, {
            namespace: "contract",
            fieldSelector: "involvedObject.name=p",
          });
          const byName = new Map(items.map((it) => [it.metadata.name, it]));
          assert.equal(byName.get("old")?.count, 3);
          assert.equal(byName.get("new")?.count ?? null, null);
          assert.equal(byName.get("new")?.series.count, 7);
        });

        await t.step("429 with Retry-After is waited for, not for ever, and told", async () => {
          const { client: throttled, stop } = await server.throttled();
          try {
            await assert.rejects(
              throttled.list(KINDS.ConfigMap, { namespace: "contract" }),
              (error: KubeApiError) => {
                assert.equal(error.status, 429);
                assert.equal(error.reason, "TooManyRequests");
                assert.ok((error.retryAfterMs ?? 0) >= 1000);
                return true;
              },
            );
            const pending = throttled.list(KINDS.ConfigMap, { namespace: "contract" });
            await stop();
            assert.ok((await pending).items.length > 0);
          } finally {
            throttled.close();
          }
        });

        await t.step("logs() of an absent pod is NotFound", async () => {
          await assert.rejects(client.logs({ namespace: "contract", name: "no" }), { status: 404 });
        });

        await t.step("a stranger is Unauthorized", async () => {
          await assert.rejects(server.stranger.list(KINDS.Node), { status: 401, reason: "Unauthorized" });
        });

        await t.step("isReady() and version() answer", async () => {
          assert.equal(await client.isReady(), true);
          assert.match(await client.version(), /^v1\.\d+\.\d+/);
          assert.equal(await server.stranger.isReady(), false, "an answer that is not ok is an answer");
        });

        await t.step("objects and the client survive a restart of the server", async () => {
          await client.apply(configMap("kept", { a: "1" }));
          await server.restart();
          assert.deepEqual(
            (await client.get({ resource: KINDS.ConfigMap, namespace: "contract", name: "kept" }))?.data,
            { a: "1" },
          );
        });
      } finally {
        client.close();
        server.stranger.close();
        await server.stop();
      }
    },
  });
}

function namespace(name: string): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

function configMap(name: string, data: Record<string, string>, labels?: Record<string, string>): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "contract", ...(labels ? { labels } : {}) },
    data,
  };
}

/** The first `count` changes after a version; fails after 20 s. */
async function collect(client: KubeClient, resourceVersion: string, count: number): Promise<WatchEvent[]> {
  const seen: WatchEvent[] = [];
  const signal = AbortSignal.timeout(20_000);
  for await (
    const event of client.watch(KINDS.ConfigMap, { namespace: "contract", resourceVersion, signal })
  ) {
    if (event.type !== "BOOKMARK") seen.push(event);
    if (seen.length === count) break;
  }
  return seen;
}
