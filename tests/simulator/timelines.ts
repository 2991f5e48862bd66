/** What goes wrong with one workload, or nothing. */
export type Fault =
  | { kind: "image-not-found"; workload: string }
  | { kind: "pull-dns-refused"; workload: string }
  | { kind: "pull-interrupted"; workload: string }
  | { kind: "slow-pull"; workload: string; seconds: number }
  | { kind: "subpath"; workload: string }
  | { kind: "crash"; workload: string; log: readonly string[] }
  | { kind: "pvc-pending"; claim: string }
  | { kind: "bootstrap-failed"; log: readonly string[] };

/** One story that the world plays. */
export interface Timeline {
  id: string;
  title: string;
  faults: readonly Fault[];
  /** The channel's tag does not exist. */
  releaseMissing?: boolean;
  /** What the status must name on the way there. */
  passes?: string;
  /** How the status must end: rollup state and the top blocker's id. Tests hold the agent to it. */
  ends: { rollup: string; blocker: string | undefined };
}

/** Every story of `deno task demo --scenario`. */
export const TIMELINES: readonly Timeline[] = [
  {
    id: "healthy",
    title: "Everything works",
    faults: [],
    ends: { rollup: "fully_healthy", blocker: undefined },
  },
  {
    id: "slow-pull",
    title: "The application's image takes long",
    faults: [{ kind: "slow-pull", workload: "alga-core-sebastian", seconds: 540 }],
    passes: "img.slow",
    ends: { rollup: "fully_healthy", blocker: undefined },
  },
  {
    id: "missing-background-image",
    title: "The release names a background image that does not exist",
    faults: [{ kind: "image-not-found", workload: "workflow-worker" }],
    ends: { rollup: "ready_with_background_issues", blocker: "img.not-found" },
  },
  {
    id: "pvc-fault",
    title: "The storage helper cannot make the database's volume",
    faults: [{ kind: "pvc-pending", claim: "alga-core-sebastian-postgres-data" }],
    ends: { rollup: "failed_action_required", blocker: "stor.provisioner" },
  },
  {
    id: "subpath",
    title: "The database's volume cannot be prepared",
    faults: [{ kind: "subpath", workload: "db" }],
    ends: { rollup: "failed_action_required", blocker: "stor.subpath" },
  },
  {
    id: "failed-bootstrap",
    title: "The first-time setup of the database fails",
    faults: [{
      kind: "bootstrap-failed",
      log: ["Running migrations", 'ERROR: Migration failed: relation "tickets" already exists'],
    }],
    ends: { rollup: "failed_action_required", blocker: "app.migration-failed" },
  },
  {
    id: "dns-refused",
    title: "The DNS server refuses to answer",
    faults: [{ kind: "pull-dns-refused", workload: "db" }],
    ends: { rollup: "failed_action_required", blocker: "dns.refused" },
  },
  {
    id: "temporal-schema",
    title: "Temporal's schema is missing",
    faults: [{
      kind: "crash",
      workload: "temporal",
      log: ["Unable to start server", "sql schema version compatibility check failed: version mismatch"],
    }],
    ends: { rollup: "ready_with_background_issues", blocker: "app.temporal-schema" },
  },
  {
    id: "service-links",
    title: "Service variables collide with Temporal UI's settings",
    faults: [{
      kind: "crash",
      workload: "temporal-ui",
      log: ["cannot unmarshal tcp://10.43.9.1:8080 into int"],
    }],
    ends: { rollup: "ready_with_background_issues", blocker: "cfg.service-links" },
  },
  {
    id: "registry-404",
    title: "The channel leads to no release",
    faults: [],
    releaseMissing: true,
    ends: { rollup: "failed_action_required", blocker: undefined },
  },
];

/** @throws {RangeError} naming the choices. */
export function findTimeline(id: string): Timeline {
  const found = TIMELINES.find((it) => it.id === id);
  if (!found) {
    throw new RangeError(
      `There is no scenario "${id}". Choose one of: ${TIMELINES.map((it) => it.id).join(", ")}`,
    );
  }
  return found;
}
