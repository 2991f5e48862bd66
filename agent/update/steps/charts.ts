import { SOURCE_NAME } from "../../../flux/source_objects.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { isoNow } from "../../clock.ts";
import type { Change, Step } from "../../operation/step.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { NAMESPACES } from "../../product/names.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { chartsArrived } from "../arrived.ts";
import { targetOf, type UpdateContext } from "../context.ts";
import { hasChart, readReleases, wantedChart } from "../helm_releases.ts";
import { REQUESTED_AT } from "../../product/reconcile.ts";

const TIMEOUT_SEC = 600;
/** A parent that was asked hands the word on only at its own interval, so its children are asked as well. */
const CHILDREN = `kustomize.toolkit.fluxcd.io/name=${SOURCE_NAME}`;

/** Asks Flux to fetch the release now and waits until every HelmRelease has its new chart. */
export const chartsStep: Step<UpdateContext> = {
  id: "charts",
  title: "Fetch the new release",
  usualDurationSec: 30,
  mayCancel: true,
  failure: {
    category: "registry-release-source",
    cannot: "The new release could not be fetched",
    nextAction: 'See on the page "Status" what the installer says, then try again',
  },
  look: async (context) => await chartsArrived(context, await requireKube(context)) === true,
  async act(context) {
    const kube = await requireKube(context);
    const at = isoNow(context.clock);
    await ask(kube, at);
    let asked = context.clock.nowMs();
    await waitFor(context, async () => {
      const state = await chartsArrived(context, kube);
      // The children exist in the parent's new form only after it was applied.
      if (state !== true && context.clock.nowMs() - asked > ASK_AGAIN_MS) {
        asked = context.clock.nowMs();
        await ask(kube, isoNow(context.clock));
      }
      return state;
    }, { what: "the new release", timeoutSec: TIMEOUT_SEC, onWaiting: context.say });
  },
  async plan(context) {
    const target = targetOf(context);
    const releases = await readReleases(await requireKube(context));
    return releases.filter((it) => !hasChart(it, target)).map((it): Change => ({
      object: `HelmRelease ${it.metadata.namespace}/${it.metadata.name}`,
      field: "spec.chart.spec.version",
      from: it.spec?.chart?.spec?.version as string | undefined,
      to: wantedChart(it, target),
    }));
  },
};

const ASK_AGAIN_MS = 15_000;

async function ask(kube: KubeClient, at: string): Promise<void> {
  const change = { metadata: { annotations: { [REQUESTED_AT]: at } } };
  const inFlux = { namespace: NAMESPACES.flux, name: SOURCE_NAME };
  await kube.patch({ resource: KINDS.OCIRepository, ...inFlux }, change);
  await kube.patch({ resource: KINDS.Kustomization, ...inFlux }, change);
  const children = await kube.list(KINDS.Kustomization, {
    namespace: NAMESPACES.flux,
    labelSelector: CHILDREN,
  });
  for (const { metadata } of children.items) {
    await kube.patch(
      { resource: KINDS.Kustomization, namespace: NAMESPACES.flux, name: metadata.name },
      change,
    );
  }
}
