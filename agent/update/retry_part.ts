import { conditionOf, KINDS, type KubeClient, type KubeObject, type ObjectRef } from "../../k8s/mod.ts";
import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { createOperationLock } from "../operation/operation_lock.ts";
import { waitFor } from "../operation/wait_for.ts";
import { HELM_RELEASES, type HelmReleaseName } from "../product/helm_releases.ts";
import { BOOTSTRAP_JOB, NAMESPACES } from "../product/names.ts";
import type { Settings } from "../settings/settings.ts";
import { wantedValues } from "../settings/values.ts";
import { readSelection } from "../setup/release_selection.ts";
import { requireKube } from "../setup/steps/cluster.ts";
import { askToTryAgain, isSuspended, releaseRef, setSuspended } from "./helm_releases.ts";
import type { ResumeReply } from "./resume.ts";
import { isActive } from "./steps/bootstrap_job.ts";
import type { UpdateRefusal, UpdateService } from "./update_service.ts";

const JOB_GONE_SEC = 30;

/** What was done so that another try can succeed. `update`: one was left, and goes on; the rest is its own work. */
export type Recovered = "update" | "values" | "job" | "let-go" | "asked";

export type RetryPartReply =
  | { ok: true; did: readonly Recovered[] }
  | Exclude<ResumeReply, { ok: true }>
  | UpdateRefusal
  /** `known`: the parts that there are. */
  | { ok: false; reason: "unknown-part"; known: readonly string[] }
  /** It runs, and is as it should be. */
  | { ok: false; reason: "part-is-well" }
  /** What may never be taken away amid its work. */
  | { ok: false; reason: "job-running"; job: string };

/** What another try stands on. */
export interface RetryPartDeps {
  host: Host;
  clock: Clock;
  connectKube(): Promise<KubeClient | undefined>;
  updates: Pick<UpdateService, "view" | "resume">;
  isSetUp(): boolean;
  /** `undefined` when there are none. */
  settings(): Promise<Settings | undefined>;
}

/** Has a part of the application tried again that the installer gave up on, that is paused, or whose values cannot be read. */
export type RetryPart = (part: string, options: { by: string }) => Promise<RetryPartReply>;

/**
 * One action for what keeps a release from going on: an update that was left goes on; else its values are written where they cannot be
 * read, its finished Jobs are taken away (a Job cannot be changed), the installer forgets the failures that it counted and tries once,
 * and a pause ends.
 */
export function createRetryPart(deps: RetryPartDeps): RetryPart {
  const { host, clock, updates } = deps;
  return async function retryPart(part, { by }) {
    if (!deps.isSetUp()) return { ok: false, reason: "not-set-up" };
    const name = HELM_RELEASES.find((it) => it === part);
    if (name === undefined) return { ok: false, reason: "unknown-part", known: HELM_RELEASES };
    // Its steps do the same in their order, with the values of the release that it goes to.
    const { status } = updates.view().operation.state;
    if (status === "failed" || status === "running") {
      const reply = await updates.resume({ by });
      return reply.ok ? { ok: true, did: ["update"] } : reply;
    }
    const lock = await createOperationLock(host, clock).take("update", by);
    if (!lock.ok) return { ...lock, reason: "locked" };
    try {
      return await recover(deps, await requireKube(deps), name);
    } catch (error) {
      return { ok: false, reason: "cluster-unknown", problem: errorText(error) };
    } finally {
      await lock.release();
    }
  };
}

async function recover(
  deps: RetryPartDeps,
  kube: KubeClient,
  name: HelmReleaseName,
): Promise<RetryPartReply> {
  const release = await kube.get(releaseRef(name));
  if (!release) return { ok: false, reason: "unknown-part", known: HELM_RELEASES };
  const did: Recovered[] = [];
  const jobs = await jobsOf(kube, name);
  const isWell = conditionOf(release, "Ready")?.status === "True" && !jobs.some(hasFailed);
  if (isWell && !isSuspended(release)) return { ok: false, reason: "part-is-well" };
  if (!isWell) {
    const active = jobs.find(isActive);
    if (active) return { ok: false, reason: "job-running", job: active.metadata.name };
    if (await writeValues(deps, kube, release)) did.push("values");
    for (const it of jobs) await takeAway(deps, kube, it);
    if (jobs.length > 0) did.push("job");
    // Before a pause ends: one upgrade, not two.
    await askToTryAgain(kube, name, deps.clock);
    did.push("asked");
  }
  if (isSuspended(release)) {
    await setSuspended(kube, name, false);
    did.push("let-go");
  }
  return { ok: true, did };
}

/** Those that Helm made for this release, by the label that Flux gives all of its objects; the first-time setup by its name. */
async function jobsOf(kube: KubeClient, name: HelmReleaseName): Promise<KubeObject[]> {
  const labelSelector =
    `helm.toolkit.fluxcd.io/name=${name},helm.toolkit.fluxcd.io/namespace=${NAMESPACES.settings}`;
  const { items } = await kube.list(KINDS.Job, { namespace: NAMESPACES.app, labelSelector });
  if (name !== "alga-core" || items.some((it) => it.metadata.name === BOOTSTRAP_JOB)) return items;
  const bootstrap = await kube.get(jobRef(BOOTSTRAP_JOB));
  return bootstrap ? [...items, bootstrap] : items;
}

function hasFailed(job: KubeObject): boolean {
  return conditionOf(job, "Failed")?.status === "True";
}

async function takeAway({ clock }: RetryPartDeps, kube: KubeClient, job: KubeObject): Promise<void> {
  const { name, uid } = job.metadata;
  await kube.delete(jobRef(name), uid === undefined ? {} : { uid });
  const isGone = async () =>
    (await kube.get(jobRef(name)))?.metadata.uid !== uid || `Job ${name} is still there`;
  await waitFor({ clock, signal: new AbortController().signal }, isGone, {
    what: `Job ${name} to go`,
    timeoutSec: JOB_GONE_SEC,
  });
}

function jobRef(name: string): ObjectRef {
  return { resource: KINDS.Job, namespace: NAMESPACES.app, name };
}

/** Only where the installer cannot read them: what a change of settings is about to write is not this one's to overtake. */
async function writeValues(
  { host, clock, settings }: RetryPartDeps,
  kube: KubeClient,
  release: KubeObject,
): Promise<boolean> {
  if (conditionOf(release, "Ready")?.reason !== "ValuesError") return false;
  const [installed, current] = [(await readSelection(host, clock))?.resolved, await settings()];
  if (!installed || !current) return false;
  const mapName = `appliance-values-${release.metadata.name}`;
  const wanted = wantedValues(installed, current).find((it) => it.metadata.name === mapName);
  if (!wanted) return false;
  await kube.apply(wanted, { force: true });
  return true;
}
