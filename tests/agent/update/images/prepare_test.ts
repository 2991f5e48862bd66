import assert from "node:assert/strict";
import { KINDS, type KubeObject } from "../../../../k8s/mod.ts";
import { HELM_RELEASES } from "../../../../agent/product/helm_releases.ts";
import { until } from "../../../until.ts";
import { type Agent, BY, type Channel, inUpdateWorld, NEW, registryOf, startAgent } from "../update_world.ts";
import type { UpdateWorld } from "../update_world.ts";
import { ALL, channelOf, following } from "../way_world.ts";
import { imageRegistry, imagesOf, layerDigest } from "./image_registry.ts";

const CONTENT = "/var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content";
const [, FIFTH, SIXTH] = ALL;
const TWO_STEPS = channelOf(...ALL.slice(0, 2), following(SIXTH, "1.5.0"));

/** A registry of releases and images alike. */
function registry(channel: Channel) {
  const releases = registryOf(channel, () => false);
  const images = imageRegistry({ ...imagesOf("1.5.0", 100), ...imagesOf("1.6.0", 200) });
  const isImage = (repository: string) => /psa-ee|worker|email/.test(repository);
  return {
    ...releases,
    fetchManifest: (...args: Parameters<typeof releases.fetchManifest>) =>
      (isImage(args[1]) ? images : releases).fetchManifest(...args),
    fetchBlob: (...args: Parameters<typeof releases.fetchBlob>) =>
      (isImage(args[1]) ? images : releases).fetchBlob(...args),
  };
}

/** A kubelet that does with each pod of an image what it is told; without a word the pod ends. */
interface Kubelet {
  /** The images that it was told to fetch, in order. */
  asked: string[];
  answers: Map<string, Record<string, unknown> | "silent">;
  end(): void;
}

const ENDED = { containerStatuses: [{ state: { terminated: { exitCode: 0, reason: "Completed" } } }] };

function startKubelet({ api }: UpdateWorld): Kubelet {
  const asked: string[] = [];
  const answers: Kubelet["answers"] = new Map();
  const end = api.store.listen(({ type, object }) => {
    if (type !== "ADDED" || object.kind !== "Pod") return;
    const image: string = object.spec.containers[0].image;
    asked.push(image.replace("ghcr.io/nine-minds/", ""));
    const answer = [...answers].find(([name]) => image.includes(name))?.[1] ?? ENDED;
    if (answer === "silent") return;
    queueMicrotask(() => {
      api.store.patch(
        KINDS.Pod,
        object.metadata.namespace,
        object.metadata.name,
        { status: answer },
        "kubelet",
        "status",
      );
    });
  });
  return { asked, answers, end };
}

async function inImageWorld(body: (world: UpdateWorld, kubelet: Kubelet) => Promise<void>): Promise<void> {
  await inUpdateWorld(async (world) => {
    world.api.store.create(KINDS.Node, { metadata: { name: "appliance-01" } }, "kubelet");
    const kubelet = startKubelet(world);
    try {
      await body(world, kubelet);
    } finally {
      kubelet.end();
    }
  });
}

const start = (world: UpdateWorld, channel: Channel = () => NEW) =>
  startAgent(world, world.host, { channel, registry: registry(channel) });

function settled({ updates }: Agent, status: string) {
  return until(`fetching is ${status}`, () => updates.view().prepare, (it) => it.state.status === status);
}

const pods = ({ api }: UpdateWorld): KubeObject[] => api.store.list(KINDS.Pod);

Deno.test("every image of the way is fetched by the kubelet, one after the other, and nothing that runs changes", async () => {
  await inImageWorld(async (world, kubelet) => {
    const agent = await start(world, TWO_STEPS);
    const before = HELM_RELEASES.map((it) => world.release(it).metadata.resourceVersion);
    await agent.updates.look();
    assert.deepEqual(await agent.updates.imagesThere().then((it) => [it?.there, it?.total]), [0, 8]);
    assert.deepEqual(await agent.updates.prepare(BY), { ok: true });
    const { steps, by } = await settled(agent, "done");
    const all = [...Object.keys(imagesOf("1.5.0", 0)), ...Object.keys(imagesOf("1.6.0", 0))];
    assert.deepEqual(kubelet.asked.toSorted(), all.toSorted());
    assert.ok(
      kubelet.asked.slice(0, 4).every((it) => it.endsWith("tag-1.5.0")),
      "the next release comes first",
    );
    assert.equal(by, BY.by);
    assert.equal(steps.at(-1)?.status, "done");
    assert.deepEqual(await agent.updates.imagesThere(), { there: 8, total: 8, missing: [] });
    // Finished pods keep the kubelet from taking the images away again.
    assert.equal(pods(world).length, 8);
    assert.deepEqual(HELM_RELEASES.map((it) => world.release(it).metadata.resourceVersion), before);
    await agent.kill();
  });
});

Deno.test("progress counts images and bytes, the beginnings of one too", async () => {
  await inImageWorld(async (world, kubelet) => {
    kubelet.answers.set("email-service", "silent");
    world.host.put(`${CONTENT}/ingest/1/ref`, `k8s.io/7/layer-${layerDigest("email-service-1.5.0")}`);
    world.host.put(`${CONTENT}/ingest/1/data`, new Uint8Array(25e6));
    const agent = await start(world);
    await agent.updates.prepare(BY);
    // 1,000 MB that all share and 100 MB of the first image, then 25 of the second one's 100.
    const isThere = { unit: "bytes", done: 1_125e6, total: 1_400e6 };
    const { steps, state } = await until(
      "the second image is on its way",
      () => agent.updates.view().prepare,
      (it) => it.steps.at(-1)?.progress?.done === isThere.done,
    );
    assert.deepEqual(steps.at(-1)?.progress, isThere);
    assert.match(state.status === "running" ? state.message : "", /^Image 2 of 4: ghcr\.io.*email-service/);
    await agent.kill();
  });
});

Deno.test("an image that cannot be fetched is named, and tried again by itself; what is there stays", async () => {
  await inImageWorld(async (world, kubelet) => {
    const waiting = { reason: "ErrImagePull", message: "dial tcp: i/o timeout" };
    kubelet.answers.set("email-service", { containerStatuses: [{ state: { waiting } }] });
    const agent = await start(world);
    await agent.updates.prepare(BY);
    const { state } = await settled(agent, "failed");
    assert.match(
      state.status === "failed" ? state.failure.message : "",
      /email-service:tag-1\.5\.0 could not be fetched: ErrImagePull: dial tcp: i\/o timeout/,
    );
    assert.ok(state.status === "failed" && state.nextAttemptAt !== undefined);
    assert.equal(pods(world).length, 1, "the one without an image is taken away");
    kubelet.answers.clear();
    await agent.updates.preparing.retry(BY);
    await settled(agent, "done");
    assert.equal(kubelet.asked.filter((it) => it.startsWith("alga-psa-ee")).length, 1);
    await agent.kill();
  });
});

Deno.test("stopped, nothing is left on its way; killed, it goes on by itself with the image that was missing", async () => {
  await inImageWorld(async (world, kubelet) => {
    kubelet.answers.set("email-service", "silent");
    const first = await start(world);
    const isSecond = () => kubelet.asked.includes("email-service:tag-1.5.0");
    await first.updates.prepare(BY);
    await until("the second image is asked for", isSecond, (it) => it);
    assert.deepEqual(await first.updates.preparing.cancel(BY), { ok: true });
    await settled(first, "cancelled");
    assert.equal(pods(world).length, 1);
    kubelet.asked.length = 0;
    await first.updates.prepare(BY);
    await until("the second image is asked for again", isSecond, (it) => it);
    const disk = await first.kill();
    assert.equal(pods(world).length, 2, "a kill leaves the pod behind");
    kubelet.answers.clear();
    const second = await startAgent({ ...world, host: disk }, disk, { registry: registry(() => NEW) });
    await settled(second, "done");
    assert.equal(kubelet.asked.filter((it) => it.startsWith("alga-psa-ee")).length, 0);
    assert.equal(pods(world).length, 4);
    await second.kill();
  });
});

Deno.test("an update begins while images are fetched: it makes way, and what kept them is gone when it is done", async () => {
  await inImageWorld(async (world, kubelet) => {
    kubelet.answers.set("email-service", "silent");
    const agent = await start(world);
    await agent.updates.prepare(BY);
    await until("the second image is asked for", () => kubelet.asked.length, (it) => it === 2);
    assert.deepEqual(await agent.updates.apply(BY), { ok: true });
    await settled(agent, "cancelled");
    await until("it is updated", () => agent.updates.view().operation.state.status, (it) => it === "done");
    await until("nothing is kept", () => pods(world).length, (it) => it === 0);
    assert.deepEqual(await agent.updates.prepare(BY), {
      ok: false,
      reason: "no-update",
      answer: "up-to-date",
    });
    await agent.kill();
  });
});

Deno.test("images that the node has are not fetched again", async () => {
  await inImageWorld(async (world, kubelet) => {
    const names = Object.keys(imagesOf("1.5.0", 0)).map((it) => `ghcr.io/nine-minds/${it}`);
    const status = { images: names.map((it) => ({ names: [it], sizeBytes: 1 })) };
    world.api.store.patch(KINDS.Node, undefined, "appliance-01", { status }, "kubelet", "status");
    const agent = await start(world, () => FIFTH);
    await agent.updates.prepare(BY);
    await settled(agent, "done");
    assert.deepEqual(kubelet.asked, []);
    await agent.kill();
  });
});
