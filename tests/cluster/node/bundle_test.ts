import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type ReadBundle, readBundle } from "../../../agent/bundle/read_bundle.ts";
import { readEvidence, replay } from "../../../agent/bundle/replay.ts";
import type { StatusDocument } from "../../../agent/status/document.ts";
import { replayWorkloads, type WorkloadList } from "../../../agent/workloads/mod.ts";
import { ALL_WORKLOADS } from "../../../agent/workloads/query.ts";
import { FLUX_NAMESPACE } from "../../../flux/controllers.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { cli } from "../../agent/cli/terminal.ts";
import { allText } from "../../agent/bundle/make_bundle.ts";
import { leaksOf } from "../../bundle/scan_gitleaks.ts";
import { recordBundle } from "../../bundle/live_bundle.ts";
import { until } from "../../until.ts";
import { type Appliance, startAppliance } from "../appliance.ts";
import { untilStatus } from "../run_fault.ts";
import { scaleToZero, stopPart } from "./faults.ts";
import { nodeRequirements } from "./node_requirements.ts";

const requirements = await nodeRequirements();

Deno.test({
  name: requirements.ok
    ? "bundles of a real node: the cause found live is the cause found in the bundle, and no Secret is in it"
    : `bundles of a real node (skipped: ${requirements.reason})`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const appliance = await startAppliance({
      missing: ["email-service"],
      timeoutSec: { "email-service": 20 },
    });
    const kube = appliance.node.client();
    const dir = await Deno.makeTempDir({ prefix: "alga-node-bundle-" });
    try {
      await appliance.setUp();
      const secrets = await secretsOf(kube);
      assert.ok(secrets.length >= 10, `${secrets.length} secrets are looked for`);
      await t.step("an image that is missing", async () => {
        const bundle = await assertSame(appliance, dir, "img.not-found email-service");
        for (const path of ["kube/pods.json", "flux/helmreleases.json", "logs/alga-appliance.log"]) {
          assert.ok(bundle.manifest.files.some((it) => it.path === path), path);
        }
        assert.ok(bundle.manifest.files.some((it) => /^pods\/msp\/.*\.log$/.test(it.path)), "logs of pods");
        await assertNoSecret(bundle, secrets);
      });
      await t.step("a controller of Flux that somebody scaled to nothing", async () => {
        const undo = await scaleToZero(appliance.node, FLUX_NAMESPACE, "helm-controller");
        try {
          await assertSame(appliance, dir, "flux.controller-down helm-controller");
        } finally {
          await undo();
        }
      });
      await t.step("Kubernetes that does not answer", async () => {
        const undo = await stopPart(appliance.node, "kube-apiserver");
        try {
          const bundle = await assertSame(appliance, dir, "k3s.");
          await assertNoSecret(bundle, secrets);
        } finally {
          await undo();
        }
      });
    } catch (error) {
      console.error(appliance.agent.output());
      throw error;
    } finally {
      kube.close();
      await Deno.remove(dir, { recursive: true });
      await appliance.stop();
    }
  },
});

/** Waits for a cause, makes a bundle by the running agent, and holds what is read from it against what is told live. */
async function assertSame(appliance: Appliance, dir: string, cause: string): Promise<ReadBundle> {
  await untilStatus(appliance, `${cause} is told`, (it) => causesOf(it)[0]?.startsWith(cause) === true, 180);
  const path = `${dir}/bundle.tar.gz`;
  let bundle: ReadBundle | undefined;
  await until(
    `a bundle tells ${cause} as the appliance does`,
    async () => {
      const before = causesOf(await appliance.status());
      bundle = await download(appliance, path);
      const live = { causes: causesOf(await appliance.status()), workloads: await workloadsOf(appliance) };
      const inspected = await cli(["bundle", "inspect", path, "-o", "json"]);
      assert.equal(inspected.code, 0, inspected.err);
      const { at, snapshot } = readEvidence(bundle);
      const list = await replayWorkloads(snapshot, Date.parse(at)).list(ALL_WORKLOADS);
      const kept = { causes: causesOf(JSON.parse(inspected.out)), workloads: shownOf(list) };
      return { before, live, kept };
    },
    // What changed while it was made is no answer.
    ({ before, live, kept }) =>
      isEqual(before, live.causes) && isEqual(live, kept) && before[0]?.startsWith(cause) === true,
    240,
  );
  assert.ok(bundle);
  const { topBlockers: [first] } = replay(bundle);
  await recordBundle(first?.id ?? "none", bundle);
  return bundle;
}

async function download({ agent }: Appliance, path: string): Promise<ReadBundle> {
  const response = await fetch(`${agent.url}/api/v1/support/bundle`, {
    method: "POST",
    headers: { authorization: `Bearer ${agent.token}`, "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(response.status, 200);
  await Deno.writeFile(path, new Uint8Array(await response.arrayBuffer()));
  return await readBundle((await Deno.open(path)).readable);
}

function causesOf({ topBlockers }: StatusDocument): string[] {
  return topBlockers.map((it) => `${it.id} ${it.component}: ${it.title}`);
}

async function workloadsOf({ agent }: Appliance): Promise<string[]> {
  const { body } = await agent.request("GET", "/api/v1/workloads");
  return shownOf(body as WorkloadList);
}

function shownOf({ rows }: WorkloadList): string[] {
  return rows.map((it) => `${it.kind} ${it.namespace}/${it.name} ${it.state}`);
}

/** What is secret in every Secret of the cluster: names that say so, and values that are nobody's word. */
async function secretsOf(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.list(KINDS.Secret);
  return items.flatMap((it) => Object.entries(it.data ?? {})).flatMap(([name, value]) => {
    const text = Buffer.from(String(value), "base64").toString("utf8");
    return /pass|key|token|secret|release/i.test(name) && text.length >= 12 && !text.includes("CERTIFICATE")
      ? [text.slice(0, 400)]
      : [];
  });
}

async function assertNoSecret(bundle: ReadBundle, secrets: readonly string[]): Promise<void> {
  const text = allText(bundle);
  assert.deepEqual(secrets.filter((it) => text.includes(it)), []);
  assert.deepEqual(await leaksOf(bundle), []);
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
