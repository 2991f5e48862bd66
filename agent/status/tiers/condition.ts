import type { Component } from "../../product/components.ts";
import type { Scene } from "../../facts/facts.ts";
import type { Collections } from "../../facts/snapshot.ts";
import type { Proof } from "../document.ts";

/** One answered question of a tier. */
export function proof(id: string, title: string, status: Proof["status"], reason: string): Proof {
  return { id, title, status, reason };
}

/**
 * Asks a question that needs what the cluster says. When that is not known or too old, the answer is "unknown", never
 * "failed".
 */
export function clusterProof(
  scene: Scene,
  needs: readonly (keyof Collections)[],
  id: string,
  title: string,
  ask: () => { status: Proof["status"]; reason: string },
): Proof {
  const { api, knowledge } = scene.snapshot;
  if (api.state === "absent") return proof(id, title, "waiting", "Kubernetes is not installed yet");
  if (!scene.live) {
    const reason = api.state === "connecting"
      ? "Kubernetes has not been asked yet"
      : "Kubernetes does not answer";
    return proof(id, title, "unknown", reason);
  }
  const missing = needs.filter((it) => knowledge[it] === "unknown");
  if (missing.length > 0) return proof(id, title, "unknown", `Not read yet: ${missing.join(", ")}`);
  const { status, reason } = ask();
  return proof(id, title, status, reason);
}

/** Whether a Deployment or StatefulSet has all its replicas. */
export function workloadProof(scene: Scene, component: Component): Proof {
  return clusterProof(scene, ["workloads"], component.name, component.title, () => {
    const state = scene.state(component.name);
    const name = `${component.namespace}/${component.object}`;
    if (!state?.workload) {
      return component.optional
        ? { status: "ready", reason: `${name} is not part of this installation` }
        : { status: "waiting", reason: `${name} does not exist yet` };
    }
    const { workload } = state;
    const count = `${workload.ready} of ${workload.desired} of ${name} ready`;
    if (state.ready) return { status: "ready", reason: count };
    const failed = scene.troubles.some((it) => it.component.name === component.name && isLasting(it));
    return { status: failed ? "failed" : "waiting", reason: count };
  });
}

function isLasting(it: Scene["troubles"][number]): boolean {
  if (it.kind === "crash") return it.loop;
  return it.kind === "pull" || it.kind === "config";
}
