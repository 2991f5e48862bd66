import { KINDS, type KubeClient, type KubeObject, type ObjectRef } from "../../../k8s/mod.ts";
import type { Step } from "../../operation/step.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { BOOTSTRAP_JOB, NAMESPACES } from "../../product/names.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import type { UpdateContext } from "../context.ts";
import { areHeld } from "./hold.ts";

const TIMEOUT_SEC = 600;
const JOB: ObjectRef = { resource: KINDS.Job, namespace: NAMESPACES.app, name: BOOTSTRAP_JOB };

/** Takes the finished Job of the old version away: a Job cannot be changed, and the new version brings its own. */
export const bootstrapJobStep: Step<UpdateContext> = {
  id: "bootstrap-job",
  title: "Make room for the new first-time setup",
  mayCancel: true,
  failure: {
    category: "app-bootstrap",
    cannot: "The Job of the old version could not be removed",
    nextAction: 'See on the page "Status" what the first-time setup does, then try again',
  },
  // Once the releases were let go, a Job that is there is the new version's.
  async look(context) {
    const kube = await requireKube(context);
    return !await areHeld(kube) || await kube.get(JOB) === undefined;
  },
  async act(context) {
    const kube = await requireKube(context);
    await waitFor(context, () => removed(kube), {
      what: "the first-time setup of the old version",
      timeoutSec: TIMEOUT_SEC,
      onWaiting: context.say,
    });
  },
};

async function removed(kube: KubeClient): Promise<true | string> {
  const job = await kube.get(JOB);
  if (!job) return true;
  if (isActive(job)) return "the first-time setup of the old version is still running";
  const { uid } = job.metadata;
  await kube.delete(JOB, uid === undefined ? {} : { uid });
  return "the Job of the old version is being removed";
}

/** Whether its work is under way. */
export function isActive({ status }: KubeObject): boolean {
  const isOver = (status?.conditions as { type: string; status: string }[] | undefined)?.some((it) =>
    ["Complete", "Failed"].includes(it.type) && it.status === "True"
  );
  return !isOver && (status?.active ?? 0) > 0;
}
