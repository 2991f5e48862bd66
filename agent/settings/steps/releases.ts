import { AgentError } from "../../error.ts";
import { type Component, COMPONENTS } from "../../product/components.ts";
import type { Change, Step } from "../../operation/step.ts";
import { NAMESPACES } from "../../product/names.ts";
import { REQUESTED_AT } from "../../product/reconcile.ts";
import { VALUES_PREFIX } from "../../setup/values_objects.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { conditionOf, KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { requireRelease } from "../../setup/release_selection.ts";
import type { SettingsContext } from "../context.ts";
import { rolloutState } from "../rollout_state.ts";
import { isCurrent, RECONCILE_ANNOTATION, wantedValues } from "../values.ts";

/** A chart's own limit for an upgrade. */
const RELEASE_TIMEOUT_SEC = 1_800;
const NAMESPACE = NAMESPACES.settings;

/**
 * Asks each release whose values were changed to take them up, in the order of the releases, and waits for each: Helm restarts
 * exactly the pods whose template the values change.
 */
export const releasesStep: Step<SettingsContext> = {
  id: "releases",
  title: "Restart what reads the values",
  usualDurationSec: 120,
  failure: {
    category: "app-readiness",
    cannot: "The application could not take the change up",
    nextAction: 'See on the page "Status" what does not start, then try again',
  },
  async look(context) {
    return (await changedReleases(context, await requireKube(context))).length === 0;
  },
  async act(context) {
    const { say, progress } = context;
    const kube = await requireKube(context);
    const open = await requests(context, kube);
    for (const [done, it] of open.entries()) {
      progress({ unit: "objects", done, total: open.length });
      if (await requestState(kube, it) === true) continue;
      say(`Asking for ${it.release}`);
      const ref = { resource: KINDS.HelmRelease, namespace: NAMESPACE, name: it.release };
      await kube.patch(ref, { metadata: { annotations: { [REQUESTED_AT]: it.mark } } });
      await waitFor(context, () => requestState(kube, it), {
        what: it.release,
        timeoutSec: RELEASE_TIMEOUT_SEC,
        onWaiting: say,
      });
    }
  },
  async plan(context) {
    const kube = await requireKube(context);
    const changes: Change[] = [];
    for (const release of await changedReleases(context, kube)) {
      changes.push({
        object: `HelmRelease ${NAMESPACE}/${release}`,
        field: "",
        from: undefined,
        to: "asked again",
      });
      for (const { kind, namespace, object } of readersOf(release)) {
        const [from, to] = kind === "Job" ? [undefined, "runs again"] : ["running", "restarted"];
        changes.push({ object: `${kind} ${namespace}/${object}`, field: "", from, to });
      }
    }
    return changes;
  },
};

/** A release and what it is to say that it has handled. */
interface Request {
  release: string;
  mark: string;
}

/** Every release whose values came from a change of settings. Values that setup or an update wrote carry no mark. */
async function requests(context: SettingsContext, kube: KubeClient): Promise<Request[]> {
  const found: Request[] = [];
  for (const release of await releases(context)) {
    const map = await kube.get({
      resource: KINDS.ConfigMap,
      namespace: NAMESPACE,
      name: VALUES_PREFIX + release,
    });
    const mark = map?.metadata.annotations?.[RECONCILE_ANNOTATION];
    if (mark !== undefined) found.push({ release, mark });
  }
  return found;
}

/** Releases whose values differ from what is wanted, or are not yet taken up. */
async function changedReleases(context: SettingsContext, kube: KubeClient): Promise<string[]> {
  const changed: string[] = [];
  const marks = new Map((await requests(context, kube)).map((it) => [it.release, it]));
  for (const wanted of wantedValues(requireRelease(await context.release()), context.settings)) {
    if (!wanted.metadata.name.startsWith(VALUES_PREFIX)) continue;
    const release = wanted.metadata.name.slice(VALUES_PREFIX.length);
    const found = await kube.get({
      resource: KINDS.ConfigMap,
      namespace: NAMESPACE,
      name: wanted.metadata.name,
    });
    const mark = marks.get(release);
    if (!isCurrent(found, wanted) || (mark && await requestState(kube, mark) !== true)) changed.push(release);
  }
  return changed;
}

async function releases(context: SettingsContext): Promise<string[]> {
  return wantedValues(requireRelease(await context.release()), context.settings).map((it) => it.metadata.name)
    .filter((it) => it.startsWith(VALUES_PREFIX)).map((it) => it.slice(VALUES_PREFIX.length));
}

/** True when the release has handled the request and its workloads run; what it waits for; an error when it gave up. */
async function requestState(
  kube: KubeClient,
  { release, mark }: Request,
): Promise<true | string | AgentError> {
  const found = await kube.get({ resource: KINDS.HelmRelease, namespace: NAMESPACE, name: release });
  if (!found) return `${release} does not exist`;
  if (found.spec?.suspend === true) {
    return new AgentError("FLUX_FAILED", `${release} is suspended`, {
      hint: `Resume the HelmRelease ${release} ("alga-agent help flux.suspended" has the command)`,
    });
  }
  if (found.status?.lastHandledReconcileAt !== mark) return `${release} has not answered yet`;
  const ready = conditionOf(found, "Ready");
  const stalled = conditionOf(found, "Stalled");
  if (stalled?.status === "True") {
    return new AgentError("FLUX_FAILED", `${release} gave up: ${stalled.message ?? "no reason was given"}`, {
      hint: 'See on the page "Status" why the release fails',
    });
  }
  if (ready?.status !== "True") return `${release}: ${ready?.message ?? "it is not ready"}`;
  for (const { kind, namespace, object } of readersOf(release)) {
    if (kind === "Job") continue; // its end is not waited for: its work was done long ago
    const state = await rolloutState(kube, { kind, namespace, name: object });
    if (state !== true) return state;
  }
  return true;
}

/** What of a release reads the values that settings change: not its databases, which know no address. */
function readersOf(release: string): readonly Component[] {
  return COMPONENTS.filter((it) => it.release === release && it.tier !== "core" && !it.optional);
}
