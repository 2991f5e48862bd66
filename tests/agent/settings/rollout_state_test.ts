import assert from "node:assert/strict";
import { rolloutState } from "../../../agent/settings/rollout_state.ts";
import type { KubeClient } from "../../../k8s/mod.ts";

const DONE = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1 };
const CASES: readonly [name: string, object: object | undefined, state: true | string][] = [
  ["all pods are new and ready", { status: DONE }, true],
  ["it is not there", undefined, "db does not exist"],
  ["nobody has looked", { status: { ...DONE, observedGeneration: 1 } }, "db has not been looked at yet"],
  ["there is no status", {}, "db has not been looked at yet"],
  ["no pod is new", { status: { ...DONE, updatedReplicas: 0 } }, "0 of 1 pods of db are new"],
  ["an old pod is left", { status: { ...DONE, replicas: 2 } }, "an old pod of db has not ended yet"],
  ["the new pod is not ready", { status: { ...DONE, readyReplicas: 0 } }, "0 of 1 pods of db are ready"],
  ["none is wanted", { spec: { replicas: 0 }, status: { observedGeneration: 2 } }, true],
];
for (const [name, object, state] of CASES) {
  Deno.test(`rolloutState() when ${name}`, async () => {
    const found = object && { metadata: { name: "db", generation: 2 }, ...object };
    const kube = { get: () => Promise.resolve(found) } as unknown as KubeClient;
    assert.equal(await rolloutState(kube, { kind: "StatefulSet", namespace: "msp", name: "db" }), state);
  });
}
