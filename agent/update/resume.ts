import type { KubeClient } from "../../k8s/mod.ts";
import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import type { OperationHandle, OperationRefusal } from "../operation/operation.ts";
import { createOperationLock } from "../operation/operation_lock.ts";
import { requireKube } from "../setup/steps/cluster.ts";
import { isSuspended, readReleases } from "./helm_releases.ts";
import { stoppedBy } from "./stopped_by.ts";
import { letGo } from "./steps/let_go.ts";
import type { UpdateRequest } from "./update_request.ts";

/** What came of it. `released`: the releases that were paused and go on now; empty where the update itself goes on. */
export type ResumeReply =
  | { ok: true; released: readonly string[] }
  | OperationRefusal
  | { ok: false; reason: "nothing-to-resume" }
  /** Kubernetes does not tell what is paused. */
  | { ok: false; reason: "cluster-unknown"; problem: string };

/** What going on stands on. */
export interface ResumeDeps {
  host: Host;
  clock: Clock;
  handle: OperationHandle<UpdateRequest>;
  connectKube(): Promise<KubeClient | undefined>;
  /** One update of a way is done, and the next one begins in a moment. */
  isBetween(): boolean;
}

/**
 * Goes on with what was left: an update that failed or was interrupted, where it stood; one that somebody stopped, with its checks
 * again; else releases that an update, or somebody, left paused. An update lets go what is paused by itself, at the right step.
 */
export async function resumeUpdate(deps: ResumeDeps, { by }: { by: string }): Promise<ResumeReply> {
  const { handle } = deps;
  const { state, ...view } = handle.view();
  if (state.status === "running" || deps.isBetween()) {
    const [holder, since] = [view.by ?? "the agent", view.requestedAt ?? ""];
    return { ok: false, reason: "locked", operation: "update", holder, since };
  }
  const request = handle.inputs();
  const reply = request && state.status === "failed"
    ? await handle.retry({ by })
    : request && stoppedBy({ state, ...view }) !== undefined
    ? await handle.start(request, { by })
    : undefined;
  if (reply) return reply.ok ? { ok: true, released: [] } : reply;
  return await letPausedGo(deps, by);
}

/** Nothing else changes the appliance meanwhile: an update that begins would hold them again. */
async function letPausedGo({ host, clock, connectKube }: ResumeDeps, by: string): Promise<ResumeReply> {
  const lock = await createOperationLock(host, clock).take("update", by);
  if (!lock.ok) return { ...lock, reason: "locked" };
  try {
    const kube = await requireKube({ connectKube });
    const paused = (await readReleases(kube)).filter(isSuspended).map((it) => it.metadata.name);
    if (paused.length === 0) return { ok: false, reason: "nothing-to-resume" };
    await letGo(kube, paused);
    return { ok: true, released: paused };
  } catch (error) {
    return { ok: false, reason: "cluster-unknown", problem: errorText(error) };
  } finally {
    await lock.release();
  }
}
