import type { Step } from "../../operation/step.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { KINDS } from "../../../k8s/mod.ts";
import type { SettingsContext } from "../context.ts";
import { RESOLV_CONF_ANNOTATION, type ResolverWorkload, staleResolverWorkloads } from "../resolver_pods.ts";
import { rolloutState } from "../rollout_state.ts";
import { markOf, wantedResolvConf } from "../wanted_files.ts";

const ROLLOUT_TIMEOUT_SEC = 300;

/** Restarts the pods that were started with another resolv.conf, the name service first, one workload after the other. */
export const clusterDnsStep: Step<SettingsContext> = {
  id: "cluster-dns",
  title: "Restart what reads the DNS servers",
  usualDurationSec: 20,
  failure: {
    category: "dns",
    cannot: "The DNS servers could not be brought to the cluster",
    nextAction: 'See on the page "Status" what does not start, then try again',
  },
  async look(context) {
    return (await stale(context)).length === 0;
  },
  async act(context) {
    const { say, progress } = context;
    const kube = await requireKube(context);
    const annotations = { [RESOLV_CONF_ANNOTATION]: markOf(await wantedResolvConf(context)) };
    const workloads = await stale(context);
    for (const [done, it] of workloads.entries()) {
      progress({ unit: "objects", done, total: workloads.length });
      say(`Restarting ${it.name}`);
      await kube.patch({ resource: KINDS[it.kind], namespace: it.namespace, name: it.name }, {
        spec: { template: { metadata: { annotations } } },
      });
      await waitFor(context, () => rolloutState(kube, it), {
        what: it.name,
        timeoutSec: ROLLOUT_TIMEOUT_SEC,
        onWaiting: say,
      });
    }
    // Pods that are on their way out may still be listed.
    await waitFor(context, async () => {
      const [left] = await stale(context);
      return left === undefined ? true : `an old pod of ${left.name} is still there`;
    }, { what: "the old pods to go", timeoutSec: ROLLOUT_TIMEOUT_SEC });
  },
  async plan(context) {
    return (await stale(context)).map((it) => ({
      object: `${it.kind} ${it.namespace}/${it.name}`,
      field: "",
      from: "running",
      to: "restarted",
    }));
  },
};

async function stale(context: SettingsContext): Promise<ResolverWorkload[]> {
  const kube = await requireKube(context);
  return await staleResolverWorkloads(kube, context.host, await wantedResolvConf(context));
}
