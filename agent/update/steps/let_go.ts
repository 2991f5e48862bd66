import type { KubeClient } from "../../../k8s/mod.ts";
import { isoNow } from "../../clock.ts";
import type { Step } from "../../operation/step.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import type { UpdateContext } from "../context.ts";
import { isSuspended, readReleases, releaseRef, setSuspended } from "../helm_releases.ts";
import { REQUESTED_AT } from "../../product/reconcile.ts";

/** Lets the releases go, in dependency order: Helm upgrades each once. */
export const letGoStep: Step<UpdateContext> = {
  id: "let-go",
  title: "Start the new version",
  failure: {
    category: "flux",
    cannot: "The releases could not be let go",
    nextAction: 'Press "Try again now"; until then the application runs in its old version',
  },
  look: async (context) => !(await readReleases(await requireKube(context))).some(isSuspended),
  async act(context) {
    const kube = await requireKube(context);
    if (context.hold.owed) await context.hold.owed.discharge();
    // Held by an earlier run whose obligation is settled, or by somebody else since.
    else await letGo(kube, (await readReleases(kube)).map((it) => it.metadata.name));
    const at = isoNow(context.clock);
    await kube.patch(releaseRef("alga-core"), { metadata: { annotations: { [REQUESTED_AT]: at } } });
  },
};

/** Lets these releases go. May be repeated. */
export async function letGo(kube: KubeClient, names: readonly string[]): Promise<void> {
  for (const name of names) await setSuspended(kube, name, false);
}
