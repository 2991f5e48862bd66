import { isProbeGood, loginUrl } from "./login_url.ts";
import type { Scene } from "./facts.ts";
import type { JobView } from "./snapshot.ts";

/** What the Job object says; it vanishes five minutes after its end, so "absent" says nothing. @see contract.md 5.1 */
export type BootstrapJobState = "absent" | "running" | "completed" | "failed" | "unknown";

/** State of the Job object now. @see contract.md 5.5 */
export function bootstrapJobState(scene: Scene): BootstrapJobState {
  if (scene.snapshot.knowledge.jobs !== "known") return "unknown";
  return scene.bootstrapJob === undefined ? "absent" : jobState(scene.bootstrapJob);
}

/** State of any Job. A pod that failed while the Job is active is a retry. */
export function jobState(job: JobView): "running" | "completed" | "failed" {
  const is = (type: string) => job.conditions.some((it) => it.type === type && it.status === "True");
  if (is("Complete") || is("SuccessCriteriaMet") || job.succeeded > 0) return "completed";
  if (is("Failed") || is("FailureTarget")) return "failed";
  return "running";
}

/** How the first-time setup stands, the remembered end included. */
export function bootstrapOutcome(
  scene: Scene,
): "done" | "again" | "running" | "failed" | "waiting" | "unknown" {
  const state = bootstrapJobState(scene);
  const before = scene.snapshot.remembered.bootstrap?.outcome;
  const seeded = before === "completed" || scene.snapshot.remembered.loginReadyOnce;
  if (state === "completed") return "done";
  if (state === "running") return seeded ? "again" : "running";
  if (state === "failed") return "failed";
  if (state === "unknown") return seeded ? "done" : "unknown";
  if (before === "failed") return "failed";
  return seeded || isAnswering(scene) ? "done" : "waiting";
}

/** No Job, nothing remembered (a new agent), but the application works: its database must have been filled. */
function isAnswering({ snapshot }: Scene): boolean {
  const { local } = snapshot.probes;
  return local !== undefined && isProbeGood(local, loginUrl(snapshot));
}

/** Newest known lines of the first-time setup. */
export function bootstrapLines(scene: Scene): readonly string[] {
  const { bootstrapLog, remembered } = scene.snapshot;
  if (bootstrapLog && bootstrapLog.tail.length > 0) return bootstrapLog.tail;
  const uid = scene.bootstrapJob?.uid;
  const same = uid === undefined || uid === remembered.bootstrap?.jobUid;
  return same ? remembered.bootstrap?.tail ?? [] : [];
}

const ERROR_LINE =
  /\bERROR\b|\bFATAL\b|Configured seed directory does not exist|Migration failed|seed .{0,200}failed|Unhandled|Exception/;

/** Lines that tell an error, the last ten. @see contract.md 5.5 */
export function detectErrors(lines: readonly string[]): string[] {
  return lines.filter((it) => ERROR_LINE.test(it)).slice(-10);
}

/**
 * How many users the database holds, as far as the first-time setup told in its log: it counts before it begins, so a count
 * of none says nothing any more once it has gone on. The agent itself does not look into the database.
 * @see contract.md 5.2 (3)
 */
export function seedOf(scene: Scene): { usersCount: number | null; message: string } {
  const lines = bootstrapLines(scene);
  const counted = lines.findLastIndex((it) => /Database preflight:.{0,400}\buser_count=\d/.test(it));
  const count = Number(/\buser_count=(\d{1,9})\b/.exec(lines[counted] ?? "")?.[1] ?? NaN);
  if (count > 0) return { usersCount: count, message: "Counted when the first-time setup began" };
  const goneOn = lines.slice(counted).some((it) =>
    /Tenant created|Waiting for tenant|setup completed/.test(it)
  );
  if (count === 0 && !goneOn && bootstrapOutcome(scene) !== "done") {
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

/** What the first-time setup is doing, from the newest mark in its log; "" when that is not known. @see contract.md 5.4 */
export function bootstrapStep(lines: readonly string[]): string {
  for (const line of lines.toReversed()) {
    const mark = STEP_MARKS.find(([pattern]) => pattern.test(line));
    if (mark) return mark[1];
  }
  return "";
}

/** The first company is made by the workflow engine: the log waits there, so trouble there stops the first login. */
export function bootstrapWaitsForWorkflows(lines: readonly string[]): boolean {
  for (const line of lines.toReversed()) {
    if (/Tenant created successfully|Appliance setup completed/.test(line)) return false;
    if (
      /Temporal frontend (?:is not ready yet|did not become reachable)|Waiting for tenant creation workflow|Started tenantCreationWorkflow/
        .test(line)
    ) return true;
  }
  return false;
}
