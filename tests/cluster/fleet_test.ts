import assert from "node:assert/strict";
import { markNode } from "../bench/sections/change.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { openLivePage } from "../walk/live_page.ts";
import { fetchStatus, startCompiled } from "../walk/walk.ts";
import { startFleet } from "./fleet.ts";
import { clusterRequirements } from "./requirements.ts";
import { until } from "../until.ts";

const PODS = 1_000;
const MAX_DOCUMENT_BYTES = 64 * 1024;
const MARK = "the mark of the fleet test";

const requirements = await clusterRequirements("fleet");
const suffix = requirements.ok ? "" : ` (skipped: ${requirements.reason})`;

Deno.test({
  name: `an agent with ${PODS} pods shows a change on an open page and in a bounded document${suffix}`,
  ignore: !requirements.ok,
  async fn() {
    await using stack = new AsyncDisposableStack();
    const root = await Deno.makeTempDir({ prefix: "alga-fleet-" });
    stack.defer(() => Deno.remove(root, { recursive: true }));
    const fleet = await startFleet();
    stack.defer(() => fleet.stop());
    await fleet.grow(PODS);
    const agent = await startCompiled({
      root,
      agentArgs: ["--root", root, "--kubeconfig", fleet.kubeconfigPath],
    });
    stack.defer(async () => void await agent.kill("SIGKILL"));
    await until(
      "Kubernetes answers",
      () => fetchStatus(agent),
      (it) => it.sources.some((one) => one.name === "kubernetes" && one.state === "answering"),
    );
    // The status page shows itself once setup has been asked for anything.
    await agent.request("POST", "/api/v1/setup?checksOnly=true", sampleInputs({ appUrl: "psa.example.com" }));
    const page = await openLivePage(agent);
    stack.defer(() => page.close());

    const over = new AbortController();
    const churning = fleet.churn(50, over.signal);
    const before = JSON.stringify(await fetchStatus(agent));
    assert.ok(!before.includes(MARK));
    await markNode(fleet.api, MARK);
    await page.until(MARK);
    const status = await until(
      "the document shows it",
      () => fetchStatus(agent),
      (it) => JSON.stringify(it).includes(MARK),
    );
    over.abort();
    assert.ok(await churning > 0);
    assert.equal(
      status.topBlockers.find((it) => JSON.stringify(it).includes(MARK))?.id,
      "k3s.node-not-ready",
    );
    assert.ok(JSON.stringify(status).length < MAX_DOCUMENT_BYTES, `${JSON.stringify(status).length} bytes`);
  },
});
