import { NAMESPACES } from "../../product/names.ts";
import { COMPONENTS } from "../../product/components.ts";
import { clusterProof, workloadProof } from "./condition.ts";
import type { Scene } from "../../facts/facts.ts";
import type { Proof } from "../document.ts";

const CREDENTIALS = ["db-credentials", "redis-credentials"];
const CLAIMS = [
  "alga-core-sebastian-postgres-data",
  "alga-core-sebastian-redis-data",
  "alga-core-sebastian-storage",
];
const CRITICAL = ["db", "redis", "pgbouncer", "alga-core", "bootstrap"];

/** Proofs that the database, the cache and what they need are there. @see contract.md 7.1 CORE_READY */
export function coreProofs(scene: Scene): Proof[] {
  const parts = COMPONENTS.filter((it) => it.tier === "core");
  return [...parts.map((it) => workloadProof(scene, it)), credentials(scene), claims(scene), starting(scene)];
}

function credentials(scene: Scene): Proof {
  return clusterProof(scene, ["secrets"], "credentials", "Credentials exist", () => {
    const names = new Set(
      scene.snapshot.secrets.filter((it) => it.namespace === NAMESPACES.app).map((it) => it.name),
    );
    const missing = CREDENTIALS.filter((it) => !names.has(it));
    return missing.length === 0
      ? { status: "ready", reason: "The database and the cache have theirs" }
      : { status: "waiting", reason: `Not there yet: ${missing.join(", ")}` };
  });
}

function claims(scene: Scene): Proof {
  return clusterProof(scene, ["pvcs"], "volumes", "Volumes are bound", () => {
    const phases = new Map(
      scene.snapshot.pvcs.filter((it) => it.namespace === NAMESPACES.app).map((it) => [it.name, it.phase]),
    );
    const open = CLAIMS.filter((it) => phases.get(it) !== "Bound");
    if (open.length === 0) return { status: "ready", reason: `${CLAIMS.length} of ${CLAIMS.length} bound` };
    const lost = open.some((it) => phases.get(it) === "Lost");
    return { status: lost ? "failed" : "waiting", reason: `Not bound yet: ${open.join(", ")}` };
  });
}

/** No part that logging in needs is kept from starting. Crash loops count in all their phases. */
function starting(scene: Scene): Proof {
  return clusterProof(scene, ["pods"], "starting", "Nothing keeps failing to start", () => {
    const bad = scene.troubles.find((it) =>
      CRITICAL.includes(it.component.name) && it.component.kind !== "Job" &&
      (it.kind === "pull" || it.kind === "config" || it.kind === "crash" && it.loop)
    );
    if (!bad) return { status: "ready", reason: "No part is in trouble" };
    const what = bad.kind === "pull"
      ? "image cannot be downloaded"
      : bad.kind === "config"
      ? bad.reason
      : "keeps stopping";
    return { status: "failed", reason: `${bad.pod.namespace}/${bad.pod.name}: ${what}` };
  });
}
