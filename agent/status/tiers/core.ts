import { NAMESPACES } from "../../product/names.ts";
import { COMPONENTS } from "../../product/components.ts";
import { clusterCondition, workloadCondition } from "./condition.ts";
import type { Facts } from "../../facts/facts.ts";
import type { Condition } from "../document.ts";

const CREDENTIALS = ["db-credentials", "redis-credentials"];
const CLAIMS = [
  "alga-core-sebastian-postgres-data",
  "alga-core-sebastian-redis-data",
  "alga-core-sebastian-storage",
];
const CRITICAL = ["db", "redis", "pgbouncer", "alga-core", "bootstrap"];

/** Conditions: the database, the cache and what they need are there. */
export function coreConditions(facts: Facts): Condition[] {
  const parts = COMPONENTS.filter((it) => it.tier === "core");
  return [
    ...parts.map((it) => workloadCondition(facts, it)),
    credentials(facts),
    claims(facts),
    starting(facts),
  ];
}

function credentials(facts: Facts): Condition {
  return clusterCondition(facts, ["secrets"], "credentials", "Credentials exist", () => {
    const names = new Set(
      facts.snapshot.secrets.filter((it) => it.namespace === NAMESPACES.app).map((it) => it.name),
    );
    const missing = CREDENTIALS.filter((it) => !names.has(it));
    return missing.length === 0
      ? { status: "ready", reason: "The database and the cache have theirs" }
      : { status: "waiting", reason: `Not there yet: ${missing.join(", ")}` };
  });
}

function claims(facts: Facts): Condition {
  return clusterCondition(facts, ["pvcs"], "volumes", "Volumes are bound", () => {
    const phases = new Map(
      facts.snapshot.pvcs.filter((it) => it.namespace === NAMESPACES.app).map((it) => [it.name, it.phase]),
    );
    const open = CLAIMS.filter((it) => phases.get(it) !== "Bound");
    if (open.length === 0) return { status: "ready", reason: `${CLAIMS.length} of ${CLAIMS.length} bound` };
    const lost = open.some((it) => phases.get(it) === "Lost");
    return { status: lost ? "failed" : "waiting", reason: `Not bound yet: ${open.join(", ")}` };
  });
}

/** No part that logging in needs is kept from starting. Crash loops count in all their phases. */
function starting(facts: Facts): Condition {
  return clusterCondition(facts, ["pods"], "starting", "Nothing keeps failing to start", () => {
    // What serves now outranks what fails to start beside it: a new version, while the old one runs.
    const bad = facts.problems.find((it) =>
      CRITICAL.includes(it.component.name) && it.component.kind !== "Job" &&
      !facts.serves(it.component.name) &&
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
