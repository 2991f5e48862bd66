import { bootstrapJob, detectErrors, stateOfJob } from "../facts/bootstrap.ts";
import type { BootstrapMemory, ObservedSnapshot } from "../facts/snapshot.ts";

/**
 * How the first-time setup ended, if its Job is there and has ended; else what was known before. Told at once, since the Job
 * vanishes five minutes later or with an update; its last lines follow once they are read. Pure.
 */
export function bootstrapEnd(
  { jobs, bootstrapLog }: Pick<ObservedSnapshot, "jobs" | "bootstrapLog">,
  before: BootstrapMemory | undefined,
  now: string,
): BootstrapMemory | undefined {
  const job = bootstrapJob(jobs);
  const outcome = job && stateOfJob(job);
  if (!job || !outcome || outcome === "running") return before;
  const known = before?.jobUid === job.uid && before.outcome === outcome ? before : undefined;
  const tail = bootstrapLog?.tail ?? [];
  if (known && (tail.length === 0 || tail === known.tail)) return known;
  const condition = job.conditions.find((it) => it.status === "True");
  return {
    outcome,
    at: known?.at ?? job.finishedAt ?? condition?.since ?? now,
    jobUid: job.uid,
    pod: bootstrapLog?.pod ?? null,
    tail,
    errors: detectErrors(tail),
  };
}
