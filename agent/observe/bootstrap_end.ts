import { detectErrors, stateOfJob } from "../facts/bootstrap.ts";
import type { Facts } from "../facts/facts.ts";
import type { BootstrapMemory } from "../facts/snapshot.ts";

/**
 * How the first-time setup ended, if its Job is there and has ended; else what was known before. The Job vanishes five minutes
 * later. To be asked after the log was read, so that its last lines are kept. Pure.
 */
export function bootstrapEnd(
  { snapshot, bootstrap, now }: Facts,
  before: BootstrapMemory | undefined,
): BootstrapMemory | undefined {
  const { job } = bootstrap;
  const outcome = job && stateOfJob(job);
  if (!job || !outcome || outcome === "running") return before;
  if (before?.jobUid === job.uid && before.outcome === outcome) return before;
  const condition = job.conditions.find((it) => it.status === "True");
  const tail = snapshot.bootstrapLog?.tail ?? [];
  return {
    outcome,
    at: job.finishedAt ?? condition?.since ?? now,
    jobUid: job.uid,
    pod: snapshot.bootstrapLog?.pod ?? null,
    tail,
    errors: detectErrors(tail),
  };
}
