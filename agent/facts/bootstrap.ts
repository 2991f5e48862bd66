import { componentByName } from "../product/components.ts";
import type { AppFacts } from "./app.ts";
import type { JobView, Snapshot } from "./snapshot.ts";

/** What the Job object says; it vanishes five minutes after its end, so "absent" says nothing. */
export type BootstrapJobState = "absent" | "running" | "completed" | "failed" | "unknown";

/** How the first-time setup of the database stands; every value computed once. */
export interface BootstrapFacts {
  job: JobView | undefined;
  jobState: BootstrapJobState;
  /** The remembered end included. `again`: it was done before and runs once more. */
  outcome: "done" | "again" | "running" | "failed" | "waiting" | "unknown";
  /** It was ended by its time limit, not by an error of its own. */
  isLate: boolean;
  /** Newest known lines of its log. */
  lines: readonly string[];
  /** What it is doing, from the newest mark in its log; "" when that is not known. */
  step: string;
  /** Lines that tell an error, the last ten. */
  errors: readonly string[];
  /** The first company is made by the workflow engine: the log waits there, so a problem there stops the first login. */
  waitsForWorkflows: boolean;
  /** How many users the database holds; `null`: not known. */
  seed: { usersCount: number | null; message: string };
}

/** Computes all of it. Pure. */
export function makeBootstrapFacts(
  snapshot: Snapshot,
  app: Pick<AppFacts, "isLocalGood">,
): BootstrapFacts {
  const job = bootstrapJob(snapshot.jobs);
  const jobState = snapshot.knowledge.jobs !== "known"
    ? "unknown"
    : job === undefined
    ? "absent"
    : stateOfJob(job);
  const outcome = outcomeOf(snapshot, jobState, app);
  const lines = linesOf(snapshot, job);
  return {
    job,
    jobState,
    outcome,
    isLate: job?.conditions.some((it) => it.status === "True" && it.reason === "DeadlineExceeded") === true,
    lines,
    step: stepOf(lines),
    errors: detectErrors(lines),
    waitsForWorkflows: waitsForWorkflows(lines),
    seed: seedOf(lines, outcome),
  };
}

/** The Job of the first-time setup. */
export function bootstrapJob(jobs: readonly JobView[]): JobView | undefined {
  const component = componentByName("bootstrap");
  return jobs.find((it) => it.namespace === component?.namespace && it.name === component.object);
}

/** State of any Job. A pod that failed while the Job is active is a retry. */
export function stateOfJob(job: JobView): "running" | "completed" | "failed" {
  const is = (type: string) => job.conditions.some((it) => it.type === type && it.status === "True");
  if (is("Complete") || is("SuccessCriteriaMet") || job.succeeded > 0) return "completed";
  if (is("Failed") || is("FailureTarget")) return "failed";
  return "running";
}

function outcomeOf(
  { remembered }: Snapshot,
  state: BootstrapJobState,
  app: Pick<AppFacts, "isLocalGood">,
): BootstrapFacts["outcome"] {
  const before = remembered.bootstrap?.outcome;
  const seeded = before === "completed" || remembered.loginReadyOnce;
  if (state === "completed") return "done";
  if (state === "running") return seeded ? "again" : "running";
  if (state === "failed") return "failed";
  if (state === "unknown") return seeded ? "done" : "unknown";
  if (before === "failed") return "failed";
  // No Job, nothing remembered (a new agent), but the application works: its database must have been filled.
  return seeded || app.isLocalGood ? "done" : "waiting";
}

function linesOf({ bootstrapLog, remembered }: Snapshot, job: JobView | undefined): readonly string[] {
  if (bootstrapLog && bootstrapLog.tail.length > 0) return bootstrapLog.tail;
  const same = job === undefined || job.uid === remembered.bootstrap?.jobUid;
  return same ? remembered.bootstrap?.tail ?? [] : [];
}

const ERROR_LINE =
  /\bERROR\b|\bFATAL\b|Configured seed directory does not exist|Migration failed|seed .{0,200}failed|Unhandled|Exception/;

/** Lines that tell an error, the last ten. */
export function detectErrors(lines: readonly string[]): string[] {
  return lines.filter((it) => ERROR_LINE.test(it)).slice(-10);
}

/**
 * The first-time setup counts before it begins, so a count of none says nothing any more once it has gone on. The agent itself
 * does not look into the database.
 */
function seedOf(lines: readonly string[], outcome: BootstrapFacts["outcome"]): BootstrapFacts["seed"] {
  const counted = lines.findLastIndex((it) => /Database preflight:.{0,400}\buser_count=\d/.test(it));
  const count = Number(/\buser_count=(\d{1,9})\b/.exec(lines[counted] ?? "")?.[1] ?? NaN);
  if (count > 0) return { usersCount: count, message: "Counted when the first-time setup began" };
  const goneOn = lines.slice(counted).some((it) =>
    /Tenant created|Waiting for tenant|setup completed/.test(it)
  );
  if (count === 0 && !goneOn && outcome !== "done") {
    return { usersCount: 0, message: "Counted when the first-time setup began" };
  }
  return { usersCount: null, message: "Not known: the agent does not look into the database" };
}

const STEP_MARKS: readonly [RegExp, string][] = [
  [/Temporal frontend is not ready yet/, "it waits for the workflow engine"],
  [
    /Waiting for tenant creation workflow|Started tenantCreationWorkflow/,
    "the first company is being created",
  ],
  [/Tenant created successfully/, "the company exists, its first data are being written"],
  [/Running migrations/, "the tables are being made"],
  [/Database preflight:/, "the database is being checked"],
  [/waiting for postgres|PostgreSQL .{0,200}not (?:ready|reachable)/i, "it waits for the database"],
];

function stepOf(lines: readonly string[]): string {
  for (const line of lines.toReversed()) {
    const mark = STEP_MARKS.find(([pattern]) => pattern.test(line));
    if (mark) return mark[1];
  }
  return "";
}

function waitsForWorkflows(lines: readonly string[]): boolean {
  for (const line of lines.toReversed()) {
    if (/Tenant created successfully|Appliance setup completed/.test(line)) return false;
    if (
      /Temporal frontend (?:is not ready yet|did not become reachable)|Waiting for tenant creation workflow|Started tenantCreationWorkflow/
        .test(line)
    ) return true;
  }
  return false;
}
