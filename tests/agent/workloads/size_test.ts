import assert from "node:assert/strict";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { listEvents } from "../../../agent/workloads/events.ts";
import { listWorkloads } from "../../../agent/workloads/list.ts";
import { ALL_EVENTS, ALL_WORKLOADS } from "../../../agent/workloads/query.ts";
import { eventsPage } from "../../../views/events_page.ts";
import { renderPage } from "../../../views/layout.ts";
import { workloadsPage } from "../../../views/workloads_page.ts";
import { sampleFrame } from "../../views/samples.ts";
import { ago, crashed, NOW, NOW_MS, object, pod, snapshotOf } from "../status/objects.ts";

const MOST_BYTES = 100_000;
const LONG_NAME = "a-name-as-long-as-names-of-objects-are-let-be".repeat(5);
const LONG_TEXT = `"it" failed & <failed> 'again', since ${"ghcr.io/nine-minds/".repeat(200)}`;

/** A pod whose names and messages are as long and as awkward as the cluster lets them be. */
function longPod(): KubeObject {
  return pod("msp", LONG_NAME, {
    phase: "Running",
    containers: [0, 1, 2].map((one) => ({
      name: `container-${one}`,
      image: `registry.example/${LONG_NAME}:${"9".repeat(128)}@sha256:${"a".repeat(64)}`,
      ...crashed("waiting", { message: LONG_TEXT }),
      imageID: `registry.example/x@sha256:${"a".repeat(64)}`,
    })),
  });
}

Deno.test("with 10,000 pods that all fail with long words, each page stays below 100 KB", () => {
  const one = snapshotOf({
    pods: [longPod()],
    events: [object("Event", "msp", "e", {
      involvedObject: { kind: "Pod", namespace: "msp", name: LONG_NAME },
      type: "Warning",
      reason: "FailedCreatePodSandBox",
      message: LONG_TEXT,
      firstTimestamp: ago(600),
      lastTimestamp: ago(5),
      count: 7,
    })],
  });
  const many = <T extends { name: string; uid: string }>([it]: readonly T[]): T[] =>
    Array.from({ length: 10_000 }, (_, i) => ({ ...it as T, name: `${LONG_NAME}-${i}`, uid: "" }));
  const snapshot = { ...one, pods: many(one.pods), events: many(one.events) };
  const pages: Record<string, string> = {};
  for (const page of [1, 125, 250]) {
    const { list } = listWorkloads(snapshot, { ...ALL_WORKLOADS, page }, NOW_MS);
    assert.deepEqual([list.total, list.pages, list.rows.length], [10_000, 250, 40]);
    pages[`workloads ${page}`] = renderPage(sampleFrame(), workloadsPage(list, NOW));
    const told = listEvents(snapshot, { ...ALL_EVENTS, page }, NOW_MS);
    assert.deepEqual([told.total, told.rows.length], [10_000, 40]);
    pages[`events ${page}`] = renderPage(sampleFrame(), eventsPage(told, NOW));
  }
  const bytes = Object.entries(pages).map(([name, it]) =>
    [name, new TextEncoder().encode(it).length] as const
  );
  assert.deepEqual(bytes.filter(([, it]) => it > MOST_BYTES), []);
});
