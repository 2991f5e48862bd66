import * as z from "zod";
import { KINDS, KubeApiError, type KubeClient, type ObjectRef } from "../../k8s/mod.ts";
import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import { isLive } from "../facts/facts.ts";
import type { FluxView, JobView, ObservedSnapshot } from "../facts/snapshot.ts";
import type { Host } from "../host/host.ts";
import type { Observer } from "../observe/observer.ts";
import { projectFlux } from "../observe/projections/flux.ts";
import { FORCE_AT, REQUESTED_AT, RESET_AT } from "../product/reconcile.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import type { Say } from "../text/log_line.ts";
import {
  decideReset,
  isLost,
  isStalled,
  outcomeOf,
  type ResetAttempt,
  type ResetDecision,
} from "./decide_reset.ts";

const SCHEMA_VERSION = 1;
const MOST_KEPT = 50;
/** The least between two looks at what is observed. */
const LOOK_EVERY_MS = 15_000;
/** What runs out only with time (a request that was lost, one without an outcome) is looked at without a change. */
const LOOK_ANYWAY_MS = 60_000;

const Attempts = z.object({
  attempts: z.array(z.object({
    release: z.string(),
    failedRevision: z.string(),
    at: z.string(),
    tries: z.number().int().positive().optional(),
    outcome: z.enum(["pending", "recovered", "failed-again", "unresolved"]),
  })),
});

/** What {@link recoverReleases} needs of the agent. */
export interface RecoveryDeps {
  host: Host;
  clock: Clock;
  connectKube(): Promise<KubeClient | undefined>;
  /** A line for the agent's log. */
  say: Say;
}

/** Lets releases that gave up try again once their cause is gone, until the signal aborts. Never throws. */
export async function recoverReleases(
  deps: RecoveryDeps & { observer: Pick<Observer, "snapshot" | "subscribe"> },
  signal: AbortSignal,
): Promise<void> {
  const { clock, observer } = deps;
  let told = "";
  while (!signal.aborted) {
    const changed = new AbortController();
    const wake = () => changed.abort();
    const stop = observer.subscribe(wake);
    signal.addEventListener("abort", wake, { once: true });
    try {
      const snapshot = observer.snapshot();
      const client = isKnown(snapshot, clock) ? await deps.connectKube() : undefined;
      if (client) await recoverOnce(deps, { client, snapshot, signal });
      told = "";
    } catch (error) {
      // The API may be away; the status says so. Anything else is told once.
      const text = error instanceof KubeApiError ? "" : errorText(error);
      if (text !== "" && text !== told && !signal.aborted) {
        deps.say("warning", `Releases could not be looked at: ${text}`);
      }
      told = text;
    }
    // Both reject when they are cut short, which is what they are for.
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    await clock.sleep(LOOK_ANYWAY_MS - LOOK_EVERY_MS, changed.signal).catch(() => {});
    signal.removeEventListener("abort", wake);
    stop();
  }
}

/** Whether enough was read, lately enough, to decide by. */
function isKnown(snapshot: ObservedSnapshot, clock: Clock): boolean {
  const { flux, workloads, jobs } = snapshot.knowledge;
  return isLive(snapshot, clock.nowMs()) && flux === "known" && workloads === "known" && jobs === "known";
}

/**
 * One look at every release as observed; trouble with one does not keep the others waiting. The API is asked for one that may be
 * reset, and only for that. Gives the names of those that were reset.
 * @throws the first failure with one, after all were looked at.
 */
export async function recoverOnce(
  deps: RecoveryDeps,
  given: { client: KubeClient; snapshot: ObservedSnapshot; signal?: AbortSignal },
): Promise<string[]> {
  const { host, clock } = deps;
  const releases = given.snapshot.flux.filter((it) => it.kind === "HelmRelease");
  const stored = await readAttempts(host, clock);
  const attempts = stored.flatMap((it) => settle(it, releases, clock.nowMs()));
  if (JSON.stringify(attempts) !== JSON.stringify(stored)) await writeAttempts(host, attempts);
  const reset: string[] = [];
  const failures: unknown[] = [];
  for (const release of releases.filter(isStalled)) {
    try {
      if (await recoverRelease(deps, { ...given, release, attempts })) reset.push(release.name);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return reset;
}

/** Resets one release if that is safe. `attempts` gets the new one. */
async function recoverRelease(
  { host, clock, say }: RecoveryDeps,
  given: {
    client: KubeClient;
    snapshot: ObservedSnapshot;
    release: FluxView;
    attempts: ResetAttempt[];
    signal?: AbortSignal;
  },
): Promise<boolean> {
  const { client, snapshot, release, attempts } = given;
  const { name } = release;
  const isOwn = (it: { release: string | undefined }) => it.release === `${release.namespace}/${name}`;
  const jobs = snapshot.jobs.filter(isOwn);
  const decide = (seen: FluxView): ResetDecision =>
    decideReset({
      release: seen,
      workloads: snapshot.workloads.filter(isOwn),
      jobs,
      attempts,
      nowMs: clock.nowMs(),
    });
  if (!decide(release).reset) return false;
  // A watch may lag behind: what is about to be written to is read once more.
  const fresh = await client.get(refOf(release), given.signal ? { signal: given.signal } : {});
  const decision = fresh && decide(projectFlux("HelmRelease")(fresh));
  if (!decision?.reset) return false;
  const { failedRevision, tries } = decision;
  const at = isoNow(clock);
  const lost = attempts.findIndex((it) => it.release === name && it.failedRevision === failedRevision);
  if (lost >= 0) attempts.splice(lost, 1);
  attempts.push({ release: name, failedRevision, at, ...(tries > 1 && { tries }), outcome: "pending" });
  // On record before it happens: an agent that dies in between must not try for ever.
  await writeAttempts(host, attempts);
  try {
    await deleteJobs(client, jobs);
    await resetRelease(client, release, at);
  } catch (error) {
    say("warning", `Release ${name} had given up and could not be asked to try again: ${errorText(error)}`);
    return false;
  }
  say("notice", `Release ${name} had given up and its parts are ready now: it tries again`);
  return true;
}

/** What an attempt has come to; one that never reached its release is nothing once that has recovered by itself. */
function settle(attempt: ResetAttempt, releases: readonly FluxView[], nowMs: number): ResetAttempt[] {
  const release = releases.find((it) => it.name === attempt.release);
  const isOver = release !== undefined && isLost(attempt, release) && !isStalled(release);
  return isOver ? [] : [outcomeOf(attempt, release, nowMs)];
}

function refOf({ namespace, name }: FluxView): ObjectRef {
  return { resource: KINDS.HelmRelease, namespace, name };
}

/** The finished Jobs of the release: Helm makes them again. */
async function deleteJobs(client: KubeClient, jobs: readonly JobView[]): Promise<void> {
  for (const { namespace, name, uid } of jobs) {
    await client.delete({ resource: KINDS.Job, namespace, name }, { uid });
  }
}

/** Zeroes the failure counter and asks for an upgrade at once: Flux wants the same token three times. */
async function resetRelease(client: KubeClient, release: FluxView, token: string): Promise<void> {
  const annotations = { [REQUESTED_AT]: token, [FORCE_AT]: token, [RESET_AT]: token };
  await client.patch(refOf(release), { metadata: { annotations } });
}

async function readAttempts(host: Host, clock: Clock): Promise<ResetAttempt[]> {
  const file = await readStateFile(host, PATHS.releaseResets, Attempts, {
    clock,
    schemaVersion: SCHEMA_VERSION,
  });
  return file.status === "ok" ? file.value.attempts : [];
}

async function writeAttempts(host: Host, attempts: readonly ResetAttempt[]): Promise<void> {
  await writeStateFile(
    host,
    PATHS.releaseResets,
    { attempts: attempts.slice(-MOST_KEPT) },
    SCHEMA_VERSION,
  );
}
