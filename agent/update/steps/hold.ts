import type { Step } from "../../operation/step.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import type { KubeClient } from "../../../k8s/mod.ts";
import { everythingArrived } from "../arrived.ts";
import type { UpdateContext } from "../context.ts";
import { isSuspended, readReleases, setSuspended } from "../helm_releases.ts";

/** Id of the obligation to let the releases go again. Stored, so never renamed. */
export const RESUME_RELEASES = "resume-releases";

/**
 * Holds the six releases still, so that new values and new charts come as one upgrade: of two, the second collides with the Job of
 * the first. From here every way out lets them go.
 */
export const holdStep: Step<UpdateContext> = {
  id: "hold",
  title: "Hold the releases",
  failure: {
    category: "flux",
    cannot: "The releases could not be held still",
    nextAction: "Try again; if it stays, look at the log of k3s (sudo journalctl -u k3s -n 50 -r)",
  },
  look: async (context) => await everythingArrived(context, await requireKube(context)),
  async act(context) {
    const kube = await requireKube(context);
    const names = (await readReleases(kube)).map((it) => it.metadata.name);
    // One that somebody paused before was accepted in the check: the update lets it go too.
    context.hold.owed = await context.owe(RESUME_RELEASES, { releases: names });
    for (const name of names) await setSuspended(kube, name, true);
    context.say(`${names.length} releases are held`);
  },
  verify: async (context) => {
    const kube = await requireKube(context);
    return await areHeld(kube) || await everythingArrived(context, kube);
  },
  async plan(context) {
    const releases = await readReleases(await requireKube(context));
    return releases.filter((it) => !isSuspended(it)).map((it) => ({
      object: `HelmRelease ${it.metadata.namespace}/${it.metadata.name}`,
      field: "",
      from: undefined,
      to: "held until the new version is there",
    }));
  },
};

export async function areHeld(kube: KubeClient): Promise<boolean> {
  return (await readReleases(kube)).every(isSuspended);
}
