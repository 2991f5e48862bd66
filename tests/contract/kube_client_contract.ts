import assert from "node:assert/strict";
import type { KubeClientOptions } from "../../k8s/client/http_kube_client.ts";
import { KINDS } from "../../k8s/client/kinds.ts";
import type { KubeApiError, KubeClient, KubeObject } from "../../k8s/client/kube_client.ts";
import { until } from "../until.ts";
import { collectChanges, PATIENCE_SEC } from "./collect_changes.ts";
import { configMap, namespace } from "./contract_objects.ts";
import { kubeWatchContract } from "./kube_watch_contract.ts";

interface Condition {
  type: string;
  status: string;
}

/** One API server under test. */
export interface ContractServer {
  /** The server's own, on loopback. */
  port: number;
  /** A client as the administrator; `port` is that of a gate before the server. */
  connect(options?: KubeClientOptions, port?: number): KubeClient;
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

        await t.step("nodeStats() of an absent node is NotFound", async () => {
          await assert.rejects(client.nodeStats("absent"), { status: 404, reason: "NotFound" });
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
            assert.equal(after.status?.active, 1);
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

        await kubeWatchContract(t, server, client);

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

        await t.step("a kind is there once its definition is, and gone with it", async () => {
          const releases = KINDS.HelmRelease;
          const ref = { resource: releases, namespace: "contract", name: "one" };
          const definition = {
            resource: KINDS.CustomResourceDefinition,
            name: RELEASE_DEFINITION.metadata.name,
          };
          await assert.rejects(client.list(releases), { status: 404 });
          await client.apply(RELEASE_DEFINITION);
          const isEstablished = (it: KubeObject | undefined) =>
            it?.status?.conditions?.some((c: Condition) =>
              c.type === "Established" && c.status === "True"
            ) === true;
          await until("it is established", () => client.get(definition), isEstablished, PATIENCE_SEC);
          // Established, it is served a moment later.
          const { resourceVersion } = await until(
            "it is served",
            () => client.list(releases, { namespace: "contract" }),
            () => true,
            PATIENCE_SEC,
          );
          const { apiVersion, kind } = releases;
          await client.apply({
            ...{ apiVersion, kind, metadata: { name: "one", namespace: "contract" } },
            spec: { suspend: true },
          });
          assert.equal((await client.get(ref))?.spec.suspend, true);
          const [seen] = await collectChanges(client, resourceVersion, 1, releases);
          assert.equal(seen?.type, "ADDED");
          assert.equal(await client.delete(definition), true);
          const gone = await until(
            "it is gone",
            () => client.list(releases).then(() => undefined, (error: KubeApiError) => error),
            (it) => it !== undefined,
            PATIENCE_SEC,
          );
          assert.deepEqual([gone?.status, gone?.reason], [404, "NotFound"]);
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

const RELEASE_DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "helmreleases.helm.toolkit.fluxcd.io" },
  spec: {
    group: "helm.toolkit.fluxcd.io",
    names: {
      kind: "HelmRelease",
      listKind: "HelmReleaseList",
      plural: "helmreleases",
      singular: "helmrelease",
    },
    scope: "Namespaced",
    versions: [{
      ...{ name: "v2", served: true, storage: true },
      schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    }],
  },
};
