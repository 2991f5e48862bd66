import assert from "node:assert/strict";
import { projectWorkload } from "../../../../agent/observe/projections/cluster.ts";
import { projectEvent } from "../../../../agent/observe/projections/event.ts";
import { projectFlux } from "../../../../agent/observe/projections/flux.ts";
import { projectPod } from "../../../../agent/observe/projections/pod.ts";
import type { KubeObject } from "../../../../k8s/mod.ts";

const SECRET = "Geheim77";
const MESSAGE = `cannot reach http://bob:${SECRET}@proxy:3128 with token=${SECRET}`;
const metadata = { name: "x", namespace: "msp", uid: "1" };
const conditions = [{ type: "Ready", status: "False", message: MESSAGE }];

/** An object of each kind whose every message holds a credential. */
const VIEWS: Readonly<Record<string, unknown>> = {
  pod: projectPod(
    {
      metadata,
      spec: { containers: [{ name: "a", image: "b" }] },
      status: {
        message: MESSAGE,
        conditions,
        containerStatuses: [{
          name: "a",
          image: "b",
          state: { waiting: { reason: "ErrImagePull", message: MESSAGE } },
          lastState: { terminated: { exitCode: 1, message: MESSAGE } },
        }],
      },
    } as unknown as KubeObject,
  ),
  event: projectEvent(
    {
      metadata,
      type: "Warning",
      reason: "Failed",
      message: MESSAGE,
      involvedObject: { kind: "Pod", namespace: "msp", name: "x" },
      lastTimestamp: "2026-11-26T12:00:00Z",
    } as unknown as KubeObject,
  ),
  workload: projectWorkload("Deployment")({ metadata, status: { conditions } } as unknown as KubeObject),
  "Flux object": projectFlux("OCIRepository")(
    {
      metadata,
      spec: { url: `oci://bob:${SECRET}@registry.test/x` },
      status: { conditions },
    } as unknown as KubeObject,
  ),
};
for (const [kind, view] of Object.entries(VIEWS)) {
  Deno.test(`no credential in a message of a ${kind} enters the snapshot`, () => {
    const text = JSON.stringify(view);
    assert.match(text, /\*\*\*/, "the message itself is there");
    assert.ok(!text.includes(SECRET), text);
  });
}
