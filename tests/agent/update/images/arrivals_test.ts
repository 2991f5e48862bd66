import assert from "node:assert/strict";
import { KINDS } from "../../../../k8s/mod.ts";
import type { RegistryClient } from "../../../../agent/registry/registry.ts";
import { type Arrivals, followArrivals } from "../../../../agent/update/images/arrivals.ts";
import { until } from "../../../until.ts";
import { BY, inUpdateWorld, NEW, OLD, registryOf, startAgent, type UpdateWorld } from "../update_world.ts";
import { imageRegistry, imagesOf, layerDigest } from "./image_registry.ts";

const CONTENT = "/var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content";

function follow(world: UpdateWorld, registry: RegistryClient): Arrivals {
  const from = { version: OLD.manifest.version, manifestDigest: OLD.manifestDigest };
  const { host, clock } = world;
  const signal = new AbortController().signal;
  return followArrivals({ request: { target: NEW, from }, mirrors: {}, registry, host, clock, signal });
}

/** After so many waits of ten seconds. */
async function lookAfter(world: UpdateWorld, arrivals: Arrivals, waits: number): Promise<string> {
  for (let turn = 0; turn < waits; turn++) {
    await world.clock.sleep(10_000);
    await arrivals.look(world.kube);
  }
  return (await arrivals.look(world.kube))?.text ?? "all";
}

function fetching(world: UpdateWorld, bytes: number): void {
  world.host.put(`${CONTENT}/ingest/1/ref`, `k8s.io/7/layer-${layerDigest("email-service-1.5.0")}`);
  world.host.put(`${CONTENT}/ingest/1/data`, new Uint8Array(bytes));
}

Deno.test("images and bytes are counted while they come; what grows is slow, what does not is said to rest", async () => {
  await inUpdateWorld(async (world) => {
    const arrivals = follow(world, imageRegistry(imagesOf("1.5.0", 100)));
    await until("sizes are known", () => lookAfter(world, arrivals, 1), (it) => it.includes("GB"));
    fetching(world, 55e6);
    assert.equal(await lookAfter(world, arrivals, 1), "0 of 4 images, 0.1 of 1.4 GB are here");
    assert.match(
      await lookAfter(world, arrivals, 25),
      /0\.1 of 1\.4 GB are here; nothing has come for 4 min$/,
    );
    // Too little for the text to change.
    for (let bytes = 56e6; bytes < 80e6; bytes += 1e6) {
      fetching(world, bytes);
      assert.equal(await lookAfter(world, arrivals, 1), "0 of 4 images, 0.1 of 1.4 GB are here");
    }
    const image = "ghcr.io/nine-minds/email-service:tag-1.5.0";
    world.api.store.create(KINDS.Pod, {
      metadata: { name: "email", namespace: "msp" },
      spec: { containers: [{ name: "email", image }] },
      status: { containerStatuses: [{ name: "email", state: { running: {} } }] },
    }, "kubelet");
    assert.equal(await lookAfter(world, arrivals, 1), "1 of 4 images, 1.1 of 1.4 GB are here");
    const names = Object.keys(imagesOf("1.5.0", 0)).map((it) => `ghcr.io/nine-minds/${it}`);
    world.api.store.create(KINDS.Node, {
      metadata: { name: "appliance-01" },
      status: { images: names.map((it) => ({ names: [it] })) },
    }, "kubelet");
    assert.equal(await lookAfter(world, arrivals, 1), "all");
    await arrivals.close();
  });
});

Deno.test("where the registry tells no sizes, images alone are counted", async () => {
  await inUpdateWorld(async (world) => {
    const arrivals = follow(world, imageRegistry({}));
    assert.equal(await lookAfter(world, arrivals, 1), "0 of 4 images are here");
    assert.match(
      await lookAfter(world, arrivals, 20),
      /^0 of 4 images are here; no further image for 3 min$/,
    );
    await arrivals.close();
  });
});

Deno.test("it asks Kubernetes every ten seconds at most, and one that is away is not a failure", async () => {
  await inUpdateWorld(async (world) => {
    const arrivals = follow(world, imageRegistry({}));
    const before = await lookAfter(world, arrivals, 1);
    let asked = 0;
    const away = {
      ...world.kube,
      list() {
        asked++;
        return Promise.reject(new Error("connection refused"));
      },
    };
    for (let turn = 0; turn < 20; turn++) await arrivals.look(away);
    assert.equal(asked, 0);
    await world.clock.sleep(10_000);
    assert.equal((await arrivals.look(away))?.text, before);
    assert.ok(asked > 0);
    await arrivals.close();
  });
});

Deno.test("an update says how much of its images has come while it waits for the new version", async () => {
  await inUpdateWorld(async (world) => {
    world.trouble.set("alga-core", {
      message: "running 'upgrade' action with timeout of 15m",
      stalled: false,
    });
    const releases = registryOf(() => NEW, () => false);
    const images = imageRegistry(imagesOf("1.5.0", 100));
    const isImage = (repository: string) => /psa-ee|worker|email/.test(repository);
    const registry: RegistryClient = {
      ...releases,
      fetchManifest: (...args) => (isImage(args[1]) ? images : releases).fetchManifest(...args),
      fetchBlob: (...args) => (isImage(args[1]) ? images : releases).fetchBlob(...args),
    };
    const agent = await startAgent(world, world.host, { registry });
    await agent.updates.apply(BY);
    const said = await until(
      "it says that nothing comes",
      () => agent.updates.view().operation.log.filter((it) => it.stepId === "converge").map((it) => it.text),
      (it) => it.some((text) => /nothing has come for \d+ min\. Waiting for alga-core/.test(text)),
    );
    assert.ok(
      said.some((it) => /^0 of 4 images, 0\.0 of 1\.4 GB are here\. Waiting for .*alga-core/.test(it)),
      said.join("\n"),
    );
    await agent.kill();
  });
});
