import * as z from "zod";
import { KINDS, KubeApiError, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import { decideReset, isLost, outcomeOf, RESET_ANNOTATION, type ResetAttempt } from "./decide_reset.ts";

const SCHEMA_VERSION = 1;
const MOST_KEPT = 50;
const LOOK_EVERY_MS = 15_000;
const LABEL = "helm.toolkit.fluxcd.io";

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
  say(text: string): void;
}

/** Lets releases that gave up try again once their cause is gone, until the signal aborts. Never throws. */
export async function recoverReleases(deps: RecoveryDeps, signal: AbortSignal): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    await deps.clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    if (signal.aborted) return;
    try {
      const client = await deps.connectKube();
      if (client) await recoverOnce(deps, client, signal);
      told = "";
    } catch (error) {
      // The API may be away and Flux not there yet; the status says so. Anything else is told once.
      const text = error instanceof KubeApiError ? "" : String((error as Error).message ?? error);
      if (text !== "" && text !== told && !signal.aborted) {
        deps.say(`Releases could not be looked at: ${text}`);
      }
      told = text;
    }
  }
}

/**
 * One look at every release; trouble with one does not keep the others waiting. Gives the names of those that were reset.
 * @throws the first failure to look at one, after all were looked at.
 */
export async function recoverOnce(
  deps: RecoveryDeps,
  client: KubeClient,
  signal?: AbortSignal,
): Promise<string[]> {
  const { host, clock } = deps;
  const { items } = await client.list(KINDS.HelmRelease, signal ? { signal } : {});
  const stored = await readAttempts(host, clock);
  const attempts = stored.flatMap((it) => settle(it, items, clock.nowMs()));
  if (JSON.stringify(attempts) !== JSON.stringify(stored)) await writeAttempts(host, attempts);
  const reset: string[] = [];
  const failures: unknown[] = [];
  for (const release of items.filter(isStalled)) {
    try {
      const isReset = await recoverRelease(deps, client, { release, attempts, signal });
      if (isReset) reset.push(release.metadata.name);
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
  client: KubeClient,
  options: { release: KubeObject; attempts: ResetAttempt[]; signal: AbortSignal | undefined },
): Promise<boolean> {
  const { release, attempts, signal } = options;
  const objects = await objectsOf(client, release, signal);
  const decision = decideReset({ release, ...objects, attempts, nowMs: clock.nowMs() });
  if (!decision.reset) return false;
  const { failedRevision, tries } = decision;
  const name = release.metadata.name;
  const at = isoNow(clock);
  const lost = attempts.findIndex((it) => it.release === name && it.failedRevision === failedRevision);
  if (lost >= 0) attempts.splice(lost, 1);
  attempts.push({ release: name, failedRevision, at, ...(tries > 1 && { tries }), outcome: "pending" });
  // On record before it happens: an agent that dies in between must not try for ever.
  await writeAttempts(host, attempts);
  try {
    for (const { metadata } of objects.jobs) {
      await client.delete({ resource: KINDS.Job, namespace: metadata.namespace ?? "", name: metadata.name });
    }
    await resetRelease(client, release, at);
  } catch (error) {
    say(`Release ${name} had given up and could not be asked to try again: ${errorText(error)}`);
    return false;
  }
  say(`Release ${name} had given up and its parts are ready now: it tries again`);
  return true;
}

/** What an attempt has come to; one that never reached its release is nothing once that has recovered by itself. */
function settle(attempt: ResetAttempt, releases: readonly KubeObject[], nowMs: number): ResetAttempt[] {
  const release = releases.find((it) => it.metadata.name === attempt.release);
  const isOver = release !== undefined && isLost(attempt, release) && !isStalled(release);
  return isOver ? [] : [outcomeOf(attempt, release, nowMs)];
}

/** Zeroes the failure counter and asks for an upgrade at once: Flux wants the same token three times. @see contract.md 3 */
async function resetRelease(client: KubeClient, release: KubeObject, token: string): Promise<void> {
  const annotations = {
    "reconcile.fluxcd.io/requestedAt": token,
    "reconcile.fluxcd.io/forceAt": token,
    [RESET_ANNOTATION]: token,
  };
  const ref = {
    resource: KINDS.HelmRelease,
    namespace: release.metadata.namespace ?? "",
    name: release.metadata.name,
  };
  await client.patch(ref, { metadata: { annotations } });
}

/** Helm-controller marks everything that it creates with its release. */
async function objectsOf(
  client: KubeClient,
  release: KubeObject,
  signal?: AbortSignal,
): Promise<{ workloads: KubeObject[]; jobs: KubeObject[] }> {
  const labelSelector =
    `${LABEL}/name=${release.metadata.name},${LABEL}/namespace=${release.metadata.namespace}`;
  const options = { labelSelector, ...(signal ? { signal } : {}) };
  const of = async (kind: "Deployment" | "StatefulSet" | "Job") =>
    (await client.list(KINDS[kind], options)).items.map((it) => ({ ...it, kind }));
  return { workloads: [...await of("Deployment"), ...await of("StatefulSet")], jobs: await of("Job") };
}

function isStalled(release: KubeObject): boolean {
  const conditions = (release.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some((it) => it.type === "Stalled" && it.status === "True");
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
