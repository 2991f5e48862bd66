import type { FluxView, JobView, WorkloadView } from "../facts/snapshot.ts";
import { timeMs } from "../text/time.ts";

/** One reset of a release that had given up, kept so that it is not tried for ever. */
export interface ResetAttempt {
  release: string;
  /** What had failed: chart and values. Never reset twice. */
  failedRevision: string;
  /** When it was asked for, and the token that Flux was asked with. */
  at: string;
  /** How often it was asked for, when more than once: a request may be refused or lost. */
  tries?: number | undefined;
  outcome: "pending" | "recovered" | "failed-again" | "unresolved";
}

/** Everything that the decision looks at, as observed. */
export interface ResetQuestion {
  release: FluxView;
  /** Deployments and StatefulSets of the release. */
  workloads: readonly WorkloadView[];
  /** Jobs of the release. */
  jobs: readonly JobView[];
  attempts: readonly ResetAttempt[];
  nowMs: number;
}

export type ResetDecision =
  | { reset: true; failedRevision: string; tries: number }
  | { reset: false; because: string };

const MOST_RESETS = 3;
/** A reset that does not reach its release is asked for this often, at growing intervals: about half an hour in all. */
const MOST_TRIES = 8;
const FIRST_RETRY_MS = 15_000;
const WINDOW_MS = 24 * 3_600_000;
/** The release waited for its parts, and for nothing else, when it gave up. The last is Helm's client just before its time is over. */
const ROLLOUT_TIMEOUT =
  /stalled resources|timeout waiting for|timed out waiting for the condition|context deadline exceeded|would exceed context deadline/i;
const NAMED_WORKLOAD = /\b(Deployment|StatefulSet|DaemonSet)\/([a-z0-9.-]+)\/([a-z0-9.-]+)/g;

/** Whether a HelmRelease gave up for good although its cause is gone. Every reason against it wins. */
export function decideReset(question: ResetQuestion): ResetDecision {
  const { release, workloads, jobs, attempts, nowMs } = question;
  const { name, conditions } = release;
  const no = (because: string): ResetDecision => ({ reset: false, because });

  if (!isStalled(release)) return no("has not given up");
  if (release.suspended) return no("is suspended");
  if (release.deletedAt !== undefined) return no("is being deleted");
  if (release.observedGeneration !== release.generation) return no("was changed just now");
  if (release.helm?.newestStatus !== "failed") return no("has no failed attempt on record");
  // `Stalled` holds a general sentence; the cause stands in `Released`.
  const cause = conditions.find((it) => it.type === "Released" && it.status === "False") ??
    conditions.find((it) => it.type === "Ready" && it.status === "False");
  const message = cause?.message ?? "";
  if (!ROLLOUT_TIMEOUT.test(message)) return no("did not run out of time");

  if (workloads.length === 0) return no("has no parts that could be looked at");
  for (const [, kind, namespace, workload] of message.matchAll(NAMED_WORKLOAD)) {
    const found = workloads.some((it) =>
      it.kind === kind && it.namespace === namespace && it.name === workload
    );
    if (!found) return no(`names ${kind} ${workload}, which is not there`);
  }
  const waiting = workloads.find((it) => !isRolledOut(it));
  if (waiting) return no(`${waiting.name} is not ready`);
  const job = jobs.find((it) => !isComplete(it));
  if (job) return no(`Job ${job.name} has not succeeded`);

  const failedRevision = revisionOf(release);
  const ours = attempts.filter((it) => it.release === name);
  const same = ours.find((it) => it.failedRevision === failedRevision);
  const tries = same?.tries ?? 1;
  if (same) {
    if (!isLost(same, release)) return no("was reset for this before");
    if (tries >= MOST_TRIES) return no(`was not reached by ${tries} requests`);
    if (nowMs - Date.parse(same.at) < FIRST_RETRY_MS * 2 ** (tries - 1)) return no("was asked just now");
  }
  const recent = ours.filter((it) => nowMs - Date.parse(it.at) < WINDOW_MS && !isLost(it, release));
  if (recent.length >= MOST_RESETS) return no(`was reset ${recent.length} times today`);
  return { reset: true, failedRevision, tries: same ? tries + 1 : 1 };
}

/** Whether a reset that stands on record never reached its release: the agent died before it, or the API refused it. */
export function isLost(attempt: ResetAttempt, release: FluxView): boolean {
  return attempt.outcome === "pending" && release.helm?.resetToken !== attempt.at;
}

/** What became of a reset that was made at `at`. */
export function outcomeOf(
  attempt: ResetAttempt,
  release: FluxView | undefined,
  nowMs: number,
): ResetAttempt {
  const PATIENCE_MS = 45 * 60_000;
  if (attempt.outcome !== "pending") return attempt;
  const since = (type: string) =>
    timeMs(release?.conditions.find((it) => it.type === type && it.status === "True")?.since);
  const atMs = Math.floor(timeMs(attempt.at) / 1000) * 1000; // conditions know no parts of a second
  if (release !== undefined && isLost(attempt, release)) return attempt;
  if (since("Ready") >= atMs) return { ...attempt, outcome: "recovered" };
  if (since("Stalled") > atMs) return { ...attempt, outcome: "failed-again" };
  return nowMs - atMs > PATIENCE_MS ? { ...attempt, outcome: "unresolved" } : attempt;
}

/** Whether a release has given up. */
export function isStalled({ conditions }: FluxView): boolean {
  return conditions.some((it) => it.type === "Stalled" && it.status === "True");
}

function revisionOf({ helm, generation }: FluxView): string {
  return `${helm?.attempted ?? ""} ${generation}`;
}

function isRolledOut(
  { observedGeneration, generation, desired, updated, replicas, ready }: WorkloadView,
): boolean {
  return observedGeneration === generation && updated === desired && replicas === desired &&
    ready === desired;
}

function isComplete({ conditions }: JobView): boolean {
  return conditions.some((it) => it.type === "Complete" && it.status === "True");
}
