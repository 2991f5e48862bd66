import { LOCAL_PATH_NAMES, NAMESPACES } from "../../product/names.ts";
import { COMPONENTS } from "../../product/components.ts";
import { clusterCondition, condition, workloadConditions } from "./condition.ts";
import type { Facts } from "../../facts/facts.ts";
import { currentCondition } from "../../facts/flux.ts";
import type { FluxView } from "../../facts/snapshot.ts";
import type { Condition } from "../document.ts";

/** Conditions: Kubernetes, storage and the installer work. */
export function platformConditions(facts: Facts): Condition[] {
  const parts = COMPONENTS.filter((it) => it.tier === "platform" && it.name !== "appliance-status");
  return [
    apiCondition(facts),
    nodeCondition(facts),
    outboundCondition(facts),
    ...workloadConditions(facts, parts),
    storageCondition(facts),
    fluxCondition(facts, "OCIRepository", "alga-appliance", "Release source read"),
    fluxCondition(facts, "Kustomization", "alga-platform", "Platform part of the release installed"),
  ];
}

function apiCondition({ snapshot, live }: Facts): Condition {
  const { api } = snapshot;
  const title = "Kubernetes answers";
  if (api.state === "absent") return condition("api", title, "waiting", "Kubernetes is not installed yet");
  if (api.state === "connecting") {
    return condition("api", title, "unknown", "Kubernetes has not been asked yet");
  }
  if (!live) return condition("api", title, "failed", api.error || "No answer");
  return condition(
    "api",
    title,
    "ready",
    api.version === undefined ? "It answers" : `Version ${api.version} answers`,
  );
}

function nodeCondition(facts: Facts): Condition {
  return clusterCondition(facts, ["nodes"], "nodes", "Every machine is ready", () => {
    const { nodes } = facts.snapshot;
    if (nodes.length === 0) return { status: "waiting", reason: "No machine has joined yet" };
    for (const node of nodes) {
      const ready = node.conditions.find((it) => it.type === "Ready");
      if (node.unschedulable) return { status: "failed", reason: `${node.name} is paused for new services` };
      if (ready?.status !== "True") {
        return {
          status: ready?.status === "Unknown" ? "failed" : "waiting",
          reason: `${node.name} is not ready: ${ready?.message || "no word from it yet"}`,
        };
      }
    }
    return { status: "ready", reason: `${nodes.map((it) => it.name).join(", ")} ready` };
  });
}

/** The agent's own question to the registry; without one, the last fetch of the release tells. */
function outboundCondition(facts: Facts): Condition {
  const { registry } = facts.snapshot.probes;
  const title = "Registry reachable";
  if (registry) return condition("outbound", title, registry.ok ? "ready" : "failed", registry.message);
  return clusterCondition(facts, ["flux"], "outbound", title, () => {
    return facts.releaseSource?.isReady
      ? { status: "ready", reason: "The release was fetched from it" }
      : { status: "waiting", reason: "Nothing was fetched from it yet" };
  });
}

function storageCondition(facts: Facts): Condition {
  return clusterCondition(
    facts,
    ["storageClasses", "workloads"],
    "storage-class",
    "Storage can be made",
    () => {
      const { snapshot } = facts;
      const found = snapshot.storageClasses.find((it) => it.name === LOCAL_PATH_NAMES.storageClass);
      if (!found) {
        return {
          status: "waiting",
          reason: `Storage class "${LOCAL_PATH_NAMES.storageClass}" does not exist yet`,
        };
      }
      if (found.provisioner !== LOCAL_PATH_NAMES.provisioner) {
        return {
          status: "failed",
          reason: `Storage class "${LOCAL_PATH_NAMES.storageClass}" belongs to ${found.provisioner}`,
        };
      }
      if (
        snapshot.workloads.some((it) =>
          it.namespace === NAMESPACES.system && it.name === LOCAL_PATH_NAMES.deployment
        )
      ) {
        return { status: "failed", reason: "Two storage services are active and disturb each other" };
      }
      const bound = snapshot.pvcs.some((it) =>
        it.phase === "Bound" && it.storageClass === LOCAL_PATH_NAMES.storageClass
      );
      if (snapshot.setup.storageTested || bound) {
        return {
          status: "ready",
          reason: snapshot.setup.storageTested ? "A volume was written and read" : "Volumes have been made",
        };
      }
      return { status: "waiting", reason: "No volume was written and read yet" };
    },
  );
}

/** Ready=True for the newest generation of one Flux object. */
export function fluxCondition(facts: Facts, kind: FluxView["kind"], name: string, title: string): Condition {
  return clusterCondition(facts, ["flux"], `${kind}/${name}`, title, () => {
    const object = facts.flux(kind, name);
    if (!object) return { status: "waiting", reason: `${kind} ${name} does not exist yet` };
    if (object.suspended) return { status: "failed", reason: `${kind} ${name} is paused` };
    if (object.isReady) return { status: "ready", reason: `${kind} ${name} is ready` };
    const ready = currentCondition(object, "Ready");
    const stalled = currentCondition(object, "Stalled")?.status === "True";
    const reason = ready?.message || `${kind} ${name} has not been looked at yet`;
    return { status: stalled ? "failed" : "waiting", reason };
  });
}
