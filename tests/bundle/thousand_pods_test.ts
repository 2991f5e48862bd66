import assert from "node:assert/strict";
import { agentProgram } from "../walk/walk.ts";
import { leaksOf } from "./scan_gitleaks.ts";
import { bundleOfThousandPods, PODS } from "./thousand_pods.ts";

/** Measured: 19 to 26 MiB. */
const KEPT_MIB = 32;
/** Of some hundreds: it answers all along, whatever else the machine does. How soon is measured by `deno task bench -- bundle`. */
const LEAST_ANSWERS = 10;

Deno.test({
  name:
    "1,000 pods: every log is in the bundle, no secret, 32 MiB above idle at most, and /healthz answers all along",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { bundle, idleMib, mostMib, busyAnswers } = await bundleOfThousandPods(await agentProgram());
    const logs = [...bundle.files.keys()].filter((it) => it.startsWith("pods/")).length;
    assert.equal(
      logs,
      PODS,
      JSON.stringify(bundle.manifest.collectors.find((it) => it.id === "app.pods-logs")),
    );
    for (const file of bundle.files.values()) {
      assert.ok(!new TextDecoder().decode(file).includes("Geheim77"));
    }
    assert.deepEqual(await leaksOf(bundle), []);
    assert.ok(
      mostMib - idleMib <= KEPT_MIB,
      `${Math.round(mostMib - idleMib)} MiB above ${Math.round(idleMib)}`,
    );
    assert.ok(busyAnswers.length >= LEAST_ANSWERS, `/healthz answered ${busyAnswers.length} times`);
  },
});
