import { LOCAL_PATH_NAMES, NAMESPACES } from "../../product/names.ts";
import { COMPONENTS } from "../../product/components.ts";
import { clusterProof, proof, workloadProof } from "./condition.ts";
import { currentCondition, isFluxReady, releaseSource, type Scene } from "../../facts/facts.ts";
import type { FluxView } from "../../facts/snapshot.ts";
import type { Proof } from "../document.ts";

/** Proofs that Kubernetes, storage and the installer work. @see contract.md 7.1 PLATFORM_READY */
export function platformProofs(scene: Scene): Proof[] {
  const parts = COMPONENTS.filter((it) => it.tier === "platform" && it.name !== "appliance-status");
  return [
    apiProof(scene),
    nodeProof(scene),
    outboundProof(scene),
    ...parts.map((it) => workloadProof(scene, it)),
    storageProof(scene),
    fluxProof(scene, "OCIRepository", "alga-appliance", "Release source read"),
    fluxProof(scene, "Kustomization", "alga-platform", "Platform part of the release installed"),
  ];
}

function apiProof({ snapshot, live }: Scene): Proof {
  const { api } = snapshot;
  const title = "Kubernetes answers";
  if (api.state === "absent") return proof("api", title, "waiting", "Kubernetes is not installed yet");
  if (api.state === "connecting") return proof("api", title, "unknown", "Kubernetes has not been asked yet");
  if (!live) return proof("api", title, "failed", api.error || "No answer");
  return proof(
    "api",
    title,
    "ready",
    api.version === undefined ? "It answers" : `Version ${api.version} answers`,
  );
}

function nodeProof(scene: Scene): Proof {
  return clusterProof(scene, ["nodes"], "nodes", "Every machine is ready", () => {
    const { nodes } = scene.snapshot;
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
function outboundProof(scene: Scene): Proof {
  const { registry } = scene.snapshot.probes;
  const title = "Registry reachable";
  if (registry) return proof("outbound", title, registry.ok ? "ready" : "failed", registry.message);
  return clusterProof(scene, ["flux"], "outbound", title, () => {
    return isFluxReady(scene, releaseSource(scene))
      ? { status: "ready", reason: "The release was fetched from it" }
      : { status: "waiting", reason: "Nothing was fetched from it yet" };
  });
}

function storageProof(scene: Scene): Proof {
  return clusterProof(scene, ["storageClasses", "workloads"], "storage-class", "Storage can be made", () => {
    const { snapshot } = scene;
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
  });
}

/** Ready=True for the newest generation of one Flux object. */
export function fluxProof(scene: Scene, kind: FluxView["kind"], name: string, title: string): Proof {
  return clusterProof(scene, ["flux"], `${kind}/${name}`, title, () => {
    const object = scene.flux(kind, name);
    if (!object) return { status: "waiting", reason: `${kind} ${name} does not exist yet` };
    if (object.suspended) return { status: "failed", reason: `${kind} ${name} is paused` };
    if (isFluxReady(scene, object)) return { status: "ready", reason: `${kind} ${name} is ready` };
    const ready = currentCondition(object, "Ready");
    const stalled = currentCondition(object, "Stalled")?.status === "True";
    const reason = ready?.message || `${kind} ${name} has not been looked at yet`;
    return { status: stalled ? "failed" : "waiting", reason };
  });
}
