import { conditionOf, KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import { AgentError, errorText } from "../../error.ts";
import type { Step } from "../../operation/step.ts";
import { COMPONENTS } from "../../product/components.ts";
import { HELM_RELEASES } from "../../product/helm_releases.ts";
import { BOOTSTRAP_JOB, NAMESPACES } from "../../product/names.ts";
import { REQUESTED_AT } from "../../product/reconcile.ts";
import type { ResolvedRelease } from "../../release/mod.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { type Arrivals, followArrivals } from "../images/arrivals.ts";
import { targetOf, type UpdateContext } from "../context.ts";
import { askToTryAgain, isSuspended, readReleases, wantedChart } from "../helm_releases.ts";

const TIMEOUT_MS = 20 * 60_000;
const LOOK_MS = 2_000;
/** How often it is said how much of the images has come. */
const SAY_MS = 30_000;
/** Helm's words when an object of the old version stands in the way that cannot be changed, as a finished Job. */
const IMMUTABLE = /field is immutable|cannot patch "[^"]{1,253}" with kind Job/i;

/**
 * Waits until all six releases run the new version. What goes on after its time is not a failure while people can log in: the status
 * page follows it.
 */
export const convergeStep: Step<UpdateContext> = {
  id: "converge",
  title: "Wait for the new version",
  usualDurationSec: 240,
  mayCancel: true,
  failure: {
    category: "app-readiness",
    cannot: "The new version does not start",
    nextAction: 'See on the page "Status" what does not start, then try again',
  },
  look: async (context) => (await openReleases(context, await requireKube(context))).length === 0,
  async act(context) {
    const kube = await requireKube(context);
    const arrivals = followArrivals(context);
    try {
      await converge(context, kube, arrivals);
    } finally {
      await arrivals.close();
    }
  },
  verify: async (context) => mayGoOn(await openReleases(context, await requireKube(context))),
};

async function converge(context: UpdateContext, kube: KubeClient, arrivals: Arrivals): Promise<void> {
  const { clock, say, progress, signal } = context;
  const cleared = new Set<string>();
  let isFirstLook = true;
  const endMs = clock.nowMs() + TIMEOUT_MS;
  let [waited, said, saidMs] = ["", "", -Infinity];
  for (;;) {
    signal.throwIfAborted();
    // The API may be away for a while: nothing is known then, and nothing is decided.
    let cause: unknown;
    const open = await openReleases(context, kube).catch((error: unknown) => errorText(cause = error));
    if (open.length === 0) return;
    const waiting = typeof open === "string"
      ? open
      : `Waiting for ${open.map((it) => it.name).join(", ")}: ${open[0]?.state}`;
    const arrival = await arrivals.look(kube);
    const text = arrival ? `${arrival.text}. ${waiting}` : waiting;
    // What it waits for is news at once; how much has come, now and then.
    if (waiting !== waited || text !== said && clock.nowMs() - saidMs >= SAY_MS) {
      [waited, said, saidMs] = [waiting, text, clock.nowMs()];
      say(text);
    }
    if (arrival) progress(arrival.progress);
    if (typeof open !== "string") {
      if (!arrival) {
        progress({ unit: "objects", done: HELM_RELEASES.length - open.length, total: HELM_RELEASES.length });
      }
      const clearable = open.filter((it) => it.mayBeCleared && !cleared.has(it.name));
      for (const it of clearable) {
        cleared.add(it.name);
        await takeJobAway(kube, it.name, context);
      }
      const ended = open.filter((it) => it.gaveUp !== undefined && !clearable.includes(it));
      const worst = ended.filter((it) => !it.isBackground);
      if (worst[0] && !isFirstLook) throw worst[0].gaveUp;
      for (const it of worst) await askOnceMore(kube, it.name, context);
      isFirstLook = false;
      if (worst.length === 0 && ended.length === open.length) return say(inBackground(said));
    }
    if (clock.nowMs() >= endMs) {
      if (typeof open === "string" || !mayGoOn(open)) {
        const overdue = `The new version has not started within 20 minutes. ${said}`;
        throw new AgentError("TIMEOUT", overdue, { cause });
      }
      return say(inBackground(said));
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

/** Whether what is left is the status page's to follow: the new version is on its way in all that people need to log in. */
function mayGoOn(open: readonly OpenRelease[]): boolean {
  return open.every((it) => it.isBackground || it.isNew && it.gaveUp === undefined);
}

function inBackground(said: string): string {
  return `The new version runs. The rest goes on in the background. ${said}`;
}

/** A release that does not run the new version yet. */
interface OpenRelease {
  name: string;
  /** What it waits for. */
  state: string;
  /** Nobody needs it to log in. */
  isBackground: boolean;
  /** Flux has begun with the new chart. */
  isNew: boolean;
  /** Why it will not go on by itself. */
  gaveUp?: AgentError;
  /** A thing of the old version is in the way, which is taken away once. */
  mayBeCleared: boolean;
}

async function openReleases(context: UpdateContext, kube: KubeClient): Promise<OpenRelease[]> {
  const target = targetOf(context);
  return (await readReleases(kube)).flatMap((it) => openRelease(it, target) ?? []);
}

/** `undefined` for one that runs the new version. */
function openRelease(release: KubeObject, target: ResolvedRelease): OpenRelease | undefined {
  const { name, generation, annotations } = release.metadata;
  const { status = {} } = release;
  const wanted = wantedChart(release, target);
  const attempted: unknown = status.history?.[0]?.chartVersion ?? status.lastAttemptedRevision;
  const isNew = wanted === undefined || attempted === wanted;
  const isBackground = COMPONENTS.every((it) => it.release !== name || it.tier === "background");
  const open = (state: string) => ({ name, state, isBackground, isNew, mayBeCleared: false });
  if (isSuspended(release)) return open("it is held");
  if ((status.observedGeneration ?? 0) < (generation ?? 0)) return open("it has not been looked at yet");
  const asked = annotations?.[REQUESTED_AT];
  if (asked !== undefined && status.lastHandledReconcileAt !== asked) return open("it has not answered yet");
  const ready = conditionOf(release, "Ready");
  if (ready?.status === "True") return isNew ? undefined : open(`it still runs ${String(attempted)}`);
  const released = conditionOf(release, "Released");
  const state = (released?.status === "False" ? released.message : ready?.message) ?? "it is not ready";
  if (conditionOf(release, "Stalled")?.status !== "True") return open(state);
  return {
    ...open(state),
    mayBeCleared: IMMUTABLE.test(state),
    gaveUp: new AgentError("FLUX_FAILED", `The installer gave up on ${name}: ${state}`, {
      hint: 'See on the page "Status" why the release fails, then try again',
    }),
  };
}

/** Takes the old version's Job away and asks for the upgrade again. */
async function takeJobAway(kube: KubeClient, name: string, { clock, say }: UpdateContext): Promise<void> {
  say(`A Job of the old version is in the way of ${name}: it is taken away`);
  const job = { resource: KINDS.Job, namespace: NAMESPACES.app, name: BOOTSTRAP_JOB };
  const found = await kube.get(job);
  if (found) await kube.delete(job, found.metadata.uid === undefined ? {} : { uid: found.metadata.uid });
  await askToTryAgain(kube, name, clock);
}

/** Flux gave up on it before this attempt began, and would leave it at that: who tries again means it too. */
async function askOnceMore(kube: KubeClient, name: string, { clock, say }: UpdateContext): Promise<void> {
  say(`The installer had given up on ${name}: it is asked to try again`);
  await askToTryAgain(kube, name, clock);
}
