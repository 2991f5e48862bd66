import type { Component } from "../../product/components.ts";
import type { Facts } from "../../facts/facts.ts";
import type { Collections } from "../../facts/snapshot.ts";
import type { Condition } from "../document.ts";

/** One answered question of a tier. */
export function condition(id: string, title: string, status: Condition["status"], reason: string): Condition {
  return { id, title, status, reason };
}

/**
 * Asks a question that needs what the cluster says. When that is not known or too old, the answer is "unknown", never
 * "failed".
 */
export function clusterCondition(
  facts: Facts,
  needs: readonly (keyof Collections)[],
  id: string,
  title: string,
  ask: () => { status: Condition["status"]; reason: string },
): Condition {
  const { api, knowledge } = facts.snapshot;
  if (api.state === "absent") return condition(id, title, "waiting", "Kubernetes is not installed yet");
  if (!facts.live) {
    const reason = api.state === "connecting"
      ? "Kubernetes has not been asked yet"
      : "Kubernetes does not answer";
    return condition(id, title, "unknown", reason);
  }
  const missing = needs.filter((it) => knowledge[it] === "unknown");
  if (missing.length > 0) return condition(id, title, "unknown", `Not read yet: ${missing.join(", ")}`);
  const { status, reason } = ask();
  return condition(id, title, status, reason);
}

/** A condition of each component; an optional one that is not installed is none, so that it never counts as ready. */
export function workloadConditions(facts: Facts, components: readonly Component[]): Condition[] {
  return components.flatMap((it) => {
    const made = workloadCondition(facts, it);
    const isAbsent = it.optional && made.status === "ready" && facts.state(it.name)?.workload === undefined;
    return isAbsent ? [] : [made];
  });
}

/** Whether a Deployment or StatefulSet has all its replicas. */
export function workloadCondition(facts: Facts, component: Component): Condition {
  return clusterCondition(facts, ["workloads"], component.name, component.title, () => {
    const state = facts.state(component.name);
    const name = `${component.namespace}/${component.object}`;
    if (!state?.workload) {
      return component.optional
        ? { status: "ready", reason: `${name} is not part of this installation` }
        : { status: "waiting", reason: `${name} does not exist yet` };
    }
    const { workload } = state;
    const count = `${workload.ready} of ${workload.desired} of ${name} ready`;
    if (state.ready) return { status: "ready", reason: count };
    const failed = facts.problems.some((it) => it.component.name === component.name && isLasting(it));
    return { status: failed ? "failed" : "waiting", reason: count };
  });
}

function isLasting(it: Facts["problems"][number]): boolean {
  if (it.kind === "crash") return it.loop;
  return it.kind === "pull" || it.kind === "config";
}
