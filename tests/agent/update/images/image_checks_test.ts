import assert from "node:assert/strict";
import type { CheckOutcome, RunContext } from "../../../../agent/preflight/mod.ts";
import type { ResolvedRelease } from "../../../../agent/release/mod.ts";
import type { UpdateContext } from "../../../../agent/update/context.ts";
import { updateChecks } from "../../../../agent/update/gate.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { FakeHost } from "../../../fakes/fake_host.ts";
import { inStepWorld } from "../../setup/steps/step_world.ts";
import { ALL } from "../way_world.ts";
import { type FakeImage, imageRegistry, imagesOf, layerDigest } from "./image_registry.ts";

const [, FIFTH, SIXTH] = ALL;
const BLOBS = "/var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content";
const BOTH = { ...imagesOf("1.5.0", 100), ...imagesOf("1.6.0", 200) };

interface Machine {
  images?: Record<string, FakeImage>;
  freeGb?: number;
  /** Names that the node tells. */
  told?: string[];
  host?: FakeHost;
  further?: ResolvedRelease[];
}

/** What a check says of an update to 1.5.0, and over it to 1.6.0. */
async function ask(checkId: string, machine: Machine): Promise<CheckOutcome> {
  const { images = BOTH, freeGb = 100, told = [], host = new FakeHost(), further = [SIXTH] } = machine;
  let outcome: CheckOutcome | undefined;
  await inStepWorld(async ({ api, kube }) => {
    api.store.create(KINDS.Node, {
      metadata: { name: "appliance-01" },
      status: { images: [{ names: told, sizeBytes: 1 }] },
    }, "kubelet");
    const context = {
      request: { target: FIFTH, from: { version: "1.4.0", manifestDigest: "" }, further },
      registry: imageRegistry(images),
      mirrors: {},
      connectKube: () => Promise.resolve(kube),
      host,
      signal: AbortSignal.timeout(30_000),
    } as unknown as UpdateContext;
    const disk = {
      target: "/",
      avail: freeGb * 1e9,
      used: (100 - freeGb) * 1e9,
      source: "/dev/sda1",
      fstype: "ext4",
      places: ["/var/lib/rancher"],
    };
    const run = { ...context, facts: { fileSystems: () => Promise.resolve([disk]) } };
    outcome = await updateChecks(context).find((it) => it.id === checkId)?.run(run as unknown as RunContext);
  });
  assert.ok(outcome);
  return outcome;
}

function without(name: string): Record<string, FakeImage> {
  return Object.fromEntries(Object.entries(BOTH).filter(([it]) => it !== name));
}

Deno.test("images and charts of every release on the way are asked for before the first one begins", async () => {
  assert.equal((await ask("upd.images", {})).found, "all 8");
  const missing = await ask("upd.images", { images: without("alga-psa-ee:tag-1.6.0") });
  assert.equal(missing.status, "fail");
  assert.equal(missing.found, "ghcr.io/nine-minds/alga-psa-ee:tag-1.6.0 (1.6.0): missing");
  assert.match(missing.remediation, /report 1\.6\.0/);
  const charts = await ask("upd.charts", {});
  assert.equal(charts.status, "fail");
  assert.match(charts.found, /sebastian 0\.0\.0-appliance\.1\.6\.0 \(1\.6\.0\)/);
});

Deno.test("an image that only the background needs is said, and one for another machine counts as none", async () => {
  assert.equal((await ask("upd.images", { images: without("email-service:tag-1.6.0") })).status, "warn");
  const images = { ...BOTH, "alga-psa-ee:tag-1.5.0": { layers: [], architecture: "arm64" } };
  const other = await ask("upd.images", { images });
  assert.equal(other.status, "fail");
  assert.match(other.found, /1\.5\.0.*it is for linux\/arm64/);
});

// 1.5.0: 1,000 + 4 × 100 MB; 1.6.0 brings 4 × 200 MB beside the layer that both have.
Deno.test("the forecast counts the whole way, each layer once, and not what is there", async () => {
  assert.match((await ask("upd.disk", {})).found, /94 % left.* 5\.5 GB needed for 2\.2 GB of images/);
  assert.match((await ask("upd.disk", { further: [] })).found, /3\.5 GB needed for 1\.4 GB/);
  const told = Object.keys(imagesOf("1.5.0", 0)).map((it) => `ghcr.io/nine-minds/${it}`);
  assert.match((await ask("upd.disk", { told, further: [] })).found, /0\.0 GB needed for 0\.0 GB/);
  const host = new FakeHost();
  host.put(`${BLOBS}/blobs/${layerDigest("base").replace(":", "/")}`, "there");
  host.put(`${BLOBS}/ingest/1/ref`, `k8s.io/7/layer-${layerDigest("email-service-1.5.0")}`);
  host.put(`${BLOBS}/ingest/1/data`, new Uint8Array(1e6));
  assert.match((await ask("upd.disk", { host, further: [] })).found, /1\.0 GB needed for 0\.4 GB/);
});

Deno.test("a way that fits release by release is said; one release that does not fit stands in the way", async () => {
  assert.equal((await ask("upd.disk", { freeGb: 26 })).status, "pass");
  assert.equal((await ask("upd.disk", { freeGb: 22 })).status, "warn");
  const tight = await ask("upd.disk", { freeGb: 19 });
  assert.equal(tight.status, "warn");
  assert.match(tight.found, /13 % left.*the release that needs most, 1\.5\.0, fits by itself/);
  const full = await ask("upd.disk", { freeGb: 17 });
  assert.equal(full.status, "fail");
  assert.match(full.remediation, /^Enlarge the disk by \d+ GiB .* then run: sudo growpart/);
});
