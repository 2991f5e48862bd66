import assert from "node:assert/strict";
import { podText, workloadsText } from "../../../agent/cli/workloads_table.ts";
import { listWorkloads } from "../../../agent/workloads/list.ts";
import { makePodPage } from "../../../agent/workloads/pod_page.ts";
import { ALL_WORKLOADS } from "../../../agent/workloads/query.ts";
import { noLook } from "../../../agent/workloads/read_pod.ts";
import { renderPage } from "../../../views/layout.ts";
import { podPage } from "../../../views/pod_page.ts";
import { workloadsPage } from "../../../views/workloads_page.ts";
import { flux, NOW, NOW_MS, pod, ready, snapshotOf, waiting } from "../status/objects.ts";
import { sampleFrame } from "../../views/samples.ts";

/** The words of a page or a table, with single spaces. */
const words = (text: string) => text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");

/** Each number that a face says it left out. */
const more = (text: string) => [...words(text).matchAll(/and (\d+) more/gi)].map((it) => Number(it[1]));

for (const [count, leftOut] of [[30, []], [33, [3]]] as const) {
  Deno.test(`page and command tell of ${leftOut[0] ?? "none"} left out of ${count} containers of a pod`, () => {
    const containers = Array.from(
      { length: count },
      (_, i) => ({ name: `c${i}`, ...waiting("ContainerCreating") }),
    );
    const snapshot = snapshotOf({ pods: [pod("msp", "many", { phase: "Running", containers })] });
    const look = { look: noLook("not asked"), usage: undefined, usageProblem: "" };
    const page = makePodPage(snapshot, { namespace: "msp", name: "many" }, look, NOW_MS);
    assert.ok(page);
    assert.equal(page.containers.length, 30);
    assert.deepEqual(more(podText(page, NOW_MS)), leftOut);
    assert.deepEqual(more(renderPage(sampleFrame(), podPage(page, { asOf: NOW }))), leftOut);
    const other = { ...page, volumes: [], leftOut: { containers: 0, volumes: 4, events: 5 } };
    assert.deepEqual(more(podText(other, NOW_MS)), [4, 5]);
  });
}

for (const [count, leftOut] of [[60, []], [62, [2]]] as const) {
  Deno.test(`page and command tell of ${leftOut[0] ?? "none"} left out of ${count} objects of Flux`, () => {
    const all = Array.from({ length: count }, (_, i) => flux("HelmRelease", `r${i}`, [ready()]));
    const { list } = listWorkloads(snapshotOf({ flux: all }), ALL_WORKLOADS, NOW_MS);
    assert.equal(list.releases.length, 60);
    assert.deepEqual(more(workloadsText(list, NOW_MS)), leftOut);
    assert.deepEqual(more(renderPage(sampleFrame(), workloadsPage(list, NOW))), leftOut);
  });
}
