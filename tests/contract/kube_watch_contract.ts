import assert from "node:assert/strict";
import { KINDS } from "../../k8s/client/kinds.ts";
import type { KubeApiError, KubeClient } from "../../k8s/client/kube_client.ts";
import { collectChanges, PATIENCE_SEC } from "./collect_changes.ts";
import { configMap, namespace } from "./contract_objects.ts";
import { openCuttingGate } from "./cutting_gate.ts";
import type { ContractServer } from "./kube_client_contract.ts";

/** What the agent relies on when it watches; a part of the client's contract. */
export async function kubeWatchContract(
  t: Deno.TestContext,
  server: ContractServer,
  client: KubeClient,
): Promise<void> {
  await t.step("watch() reports what is added, changed and deleted, in order", async () => {
    const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
    const seen = collectChanges(client, resourceVersion, 3);
    await client.create(configMap("w", { a: "1" }));
    await client.apply(configMap("w", { a: "2" }), { force: true });
    await client.delete({ resource: KINDS.ConfigMap, namespace: "contract", name: "w" });
    assert.deepEqual((await seen).map((it) => it.type), ["ADDED", "MODIFIED", "DELETED"]);
  });

  await t.step("watch() resumes from a resourceVersion without a gap", async () => {
    const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
    for (const it of ["r1", "r2"]) await client.create(configMap(it, {}));
    const seen = await collectChanges(client, resourceVersion, 2);
    assert.deepEqual(seen.map((it) => it.type === "BOOKMARK" ? "" : it.object.metadata.name), [
      "r1",
      "r2",
    ]);
  });

  await t.step("watch() from before a compaction is Expired", async () => {
    const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
    for (let i = 0; i < 3; i++) await client.create(configMap(`old-${i}`, {}));
    await server.compact();
    await assert.rejects(collectChanges(client, resourceVersion, 1), (error: KubeApiError) => {
      assert.equal(error.status, 410);
      return true;
    });
  });

  await t.step(
    "watch() gives a bookmark before the server ends it, and a watch from there has no gap",
    async () => {
      const short = server.connect({ watchTimeoutSec: 10 });
      try {
        const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
        await client.apply(namespace("contract-other"));
        await client.create(configMap("watched", {}));
        // The bookmark stands for a change elsewhere that this watch, once open, does not see.
        const other = { ...configMap("x", {}), metadata: { name: "x", namespace: "contract-other" } };
        let changed = "";
        let bookmark = "";
        for await (
          const it of short.watch(KINDS.ConfigMap, { namespace: "contract", resourceVersion })
        ) {
          if (it.type === "BOOKMARK") bookmark = it.resourceVersion;
          else changed = (await client.apply(other)).metadata.resourceVersion ?? "";
        }
        assert.notEqual(bookmark, "", "the watch ended without a bookmark");
        assert.ok(Number(bookmark) >= Number(changed), `${bookmark} is from before ${changed}`);
        await client.create(configMap("after-bookmark", {}));
        const [seen] = await collectChanges(client, bookmark, 1);
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
    const signal = AbortSignal.timeout(PATIENCE_SEC * 1000);
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
    const signal = AbortSignal.timeout(PATIENCE_SEC * 1000);
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

  await t.step(
    "watch() that is cut within a line fails, and one from the change before has it whole",
    async () => {
      const gate = openCuttingGate(server.port);
      const behind = server.connect({}, gate.port);
      // Not to be compressed: the simulator's answers are.
      const filler = crypto.getRandomValues(new Uint8Array(50_000)).toHex();
      try {
        const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
        await client.create(configMap("cut-before", {}));
        const names: string[] = [];
        let from = resourceVersion;
        const watched = async () => {
          const signal = AbortSignal.timeout(PATIENCE_SEC * 1000);
          for await (
            const it of behind.watch(KINDS.ConfigMap, {
              namespace: "contract",
              resourceVersion,
              signal,
            })
          ) {
            if (it.type === "BOOKMARK") continue;
            names.push(it.object.metadata.name);
            from = it.object.metadata.resourceVersion ?? from;
            gate.cutAfter(20_000);
            await client.create(configMap("cut", { filler }));
          }
        };
        await assert.rejects(watched(), { status: 0, reason: "Unreachable" });
        assert.deepEqual(names, ["cut-before"]);
        const [whole] = await collectChanges(behind, from, 1);
        assert.ok(whole && whole.type !== "BOOKMARK");
        assert.deepEqual([whole.object.metadata.name, whole.object.data.filler.length], [
          "cut",
          filler.length,
        ]);
      } finally {
        behind.close();
        gate.close();
      }
    },
  );

  await t.step("watch() across a restart of the server ends; whoever lists again has all", async () => {
    const { resourceVersion } = await client.list(KINDS.ConfigMap, { namespace: "contract" });
    const opened = Promise.withResolvers<void>();
    let from = resourceVersion;
    const watching = (async () => {
      const signal = AbortSignal.timeout(PATIENCE_SEC * 1000);
      for await (
        const it of client.watch(KINDS.ConfigMap, { namespace: "contract", resourceVersion, signal })
      ) {
        if (it.type === "BOOKMARK") continue;
        from = it.object.metadata.resourceVersion ?? from;
        opened.resolve();
      }
    })();
    watching.catch(opened.reject);
    await client.create(configMap("before-restart", {}));
    await opened.promise;
    await server.restart();
    // Some end a stream, some cut it.
    await watching.catch((error) => assert.deepEqual([error.status, error.reason], [0, "Unreachable"]));
    await client.create(configMap("after-restart", {}));
    const next = await collectChanges(client, from, 1).catch((error) => {
      // A server that remembers nothing from before says so.
      assert.equal(error.status, 410);
    });
    const names = next === undefined
      ? (await client.list(KINDS.ConfigMap, { namespace: "contract" })).items.map((it) => it.metadata.name)
      : next.map((it) => it.type === "BOOKMARK" ? "" : it.object.metadata.name);
    assert.ok(names.includes("after-restart"), names.join());
  });
}
