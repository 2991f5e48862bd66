import { type Component, componentByName, COMPONENTS } from "../product/components.ts";
import { type AppFacts, makeAppFacts } from "./app.ts";
import { type BootstrapFacts, makeBootstrapFacts } from "./bootstrap.ts";
import { componentOfPod } from "./component_of_pod.ts";
import {
  type ContainerProblem,
  isPodOver,
  isPodWell,
  judgeContainer,
  type StopSeen,
} from "./container_problem.ts";
import { isOwnNamespace } from "../product/names.ts";
import { indexEvents } from "./event_index.ts";
import { type FluxFacts, makeFluxFacts, releaseSource } from "./flux.ts";
import { inOrder, objectKey } from "./in_order.ts";
import { type LostPath, lostPaths } from "./pod_path.ts";
import { ownNode } from "./own_node.ts";
import { earliest, latest } from "../text/time.ts";
import { isServiceStarting, isStartingAgain } from "./start_again.ts";
import { findPulls, type RunningPull } from "./running_pulls.ts";
import type { EventView, FluxView, NodeView, PodView, Snapshot, WorkloadView } from "./snapshot.ts";

/** Pods that are not well, beyond which no more are looked at: the first hundreds tell the story. */
const UNWELL_LIMIT = 500;

/** How one workload stands. */
export interface ComponentState {
  component: Component;
  workload: WorkloadView | undefined;
  /** `undefined` when it could not be asked. */
  ready: boolean | undefined;
  /** Since when it has not been ready, this time; only of one that is not. */
  lostAt: string | undefined;
}

/** A pod that is neither well nor over. */
export interface UnwellPod {
  pod: PodView;
  component: Component;
  /** Of this pod alone, in the order in which they happened. */
  events: readonly EventView[];
}

/** What follows from a snapshot, computed once per evaluation: rules and tiers read values. */
export interface Facts {
  /** As observed; nodes, volume claims, Jobs, storage classes and Flux objects in order. */
  snapshot: Snapshot;
  nowMs: number;
  now: string;
  /** What the cluster says can be believed: it answers, or did a moment ago. */
  live: boolean;
  /** The machine that the agent runs on, as Kubernetes knows it. */
  node: NodeView | undefined;
  /** The machine started moments ago: what is not there yet is on its way. */
  isStartingAgain: boolean;
  /** It did, or the service of Kubernetes did. */
  isStarting: boolean;
  problems: readonly ContainerProblem[];
  pulls: readonly RunningPull[];
  unwellPods: readonly UnwellPod[];
  /** Pods that do not get through to Kubernetes, while it answers the agent. */
  lostPaths: readonly LostPath[];
  components: readonly ComponentState[];
  app: AppFacts;
  bootstrap: BootstrapFacts;
  fluxObjects: readonly FluxFacts[];
  /** Where the appliance's release is fetched from. */
  releaseSource: FluxFacts | undefined;
  /** In the order in which they happened. */
  eventsOf(kind: string, namespace: string, name: string): readonly EventView[];
  /** A pod of it serves, beside another that fails to start: what people lose is told by the one that serves. */
  serves(component: string): boolean;
  logOf(pod: PodView, container: string): readonly string[];
  state(component: string): ComponentState | undefined;
  flux(kind: FluxView["kind"], name: string): FluxFacts | undefined;
}

/** What the agent has seen before and the cluster may not tell any more, by the name of the component. */
export interface SeenBefore {
  /** Since when a part has not been ready. */
  lost: Readonly<Record<string, string>>;
  /** What the kubelet stopped it for. */
  stops: Readonly<Record<string, StopSeen>>;
}

const NOTHING_SEEN: SeenBefore = { lost: {}, stops: {} };

/** A single lost answer of the API is not an outage. */
const API_PATIENCE_MS = 15_000;

/** Whether what the cluster says can be believed. */
export function isLive({ api }: Pick<Snapshot, "api">, nowMs: number): boolean {
  if (api.state === "answering") return true;
  const from = api.lastContactAt ?? api.since;
  return api.state === "not-answering" && from !== undefined && nowMs - Date.parse(from) < API_PATIENCE_MS;
}

/** Computes all facts of a snapshot. Pure; cost grows with events and unwell pods, hardly with pods that are well. */
export function makeFacts(observed: Snapshot, nowMs: number, seen: SeenBefore = NOTHING_SEEN): Facts {
  const snapshot: Snapshot = {
    ...observed,
    nodes: inOrder(observed.nodes, objectKey),
    jobs: inOrder(observed.jobs, objectKey),
    pvcs: inOrder(observed.pvcs, objectKey),
    storageClasses: inOrder(observed.storageClasses, objectKey),
    flux: inOrder(observed.flux, objectKey),
  };
  const eventsOf = indexEvents(snapshot.events);
  const unwellPods = findUnwellPods(snapshot.pods, eventsOf);
  const problems = unwellPods.flatMap(({ pod, component, events }) =>
    pod.containers.flatMap((container) =>
      judgeContainer(pod, container, component, { events, stopSeen: seen.stops[component.name], nowMs }) ?? []
    )
  );
  const components = judgeComponents(snapshot, { unwellPods, seen, nowMs });
  const byName = new Map(components.map((it) => [it.component.name, it]));
  const node = ownNode(snapshot.nodes, snapshot.host);
  const app = makeAppFacts(snapshot, {
    component: componentByName("alga-core") as Component,
    isUp: byName.get("alga-core")?.ready === true,
    node,
  });
  const fluxObjects = makeFluxFacts(snapshot.flux, eventsOf);
  const fluxByName = new Map(fluxObjects.map((it) => [`${it.kind}/${it.name}`, it]));
  const logs = new Map(snapshot.logs.map((it) => [`${it.namespace}/${it.pod}/${it.container}`, it]));

  return {
    snapshot,
    nowMs,
    now: new Date(nowMs).toISOString(),
    live: isLive(snapshot, nowMs),
    node,
    isStartingAgain: isStartingAgain(snapshot, nowMs),
    isStarting: isStartingAgain(snapshot, nowMs) || isServiceStarting(snapshot, nowMs),
    problems,
    pulls: findPulls(unwellPods, problems, snapshot, nowMs),
    unwellPods,
    lostPaths: isLive(snapshot, nowMs) ? lostPaths(snapshot, unwellPods) : [],
    components,
    app,
    bootstrap: makeBootstrapFacts(snapshot, app),
    fluxObjects,
    releaseSource: releaseSource(fluxObjects),
    eventsOf,
    serves: (name) => {
      if ((byName.get(name)?.workload?.ready ?? 0) === 0) return false;
      // A crash loop has moments in which its own pod is ready.
      const own = problems.filter((it) => it.component.name === name);
      return !own.some((it) => it.kind === "crash" && it.container.ready) &&
        unwellPods.some((it) =>
          it.component.name === name && it.pod.containers.every((one) => !one.ready || one.init)
        );
    },
    logOf: (pod, container) => logs.get(`${pod.namespace}/${pod.name}/${container}`)?.lines ?? [],
    state: (name) => byName.get(name),
    flux: (kind, name) => fluxByName.get(`${kind}/${name}`),
  };
}

function findUnwellPods(
  pods: readonly PodView[],
  eventsOf: Facts["eventsOf"],
): readonly UnwellPod[] {
  const known: Omit<UnwellPod, "events">[] = [];
  const others: typeof known = [];
  for (const pod of inOrder(pods.filter(isUnwell), objectKey)) {
    const component = componentOfPod(pod);
    const list = componentByName(component.name) ? known : others;
    if (list.length < UNWELL_LIMIT) list.push({ pod, component });
  }
  // Parts of the appliance first: whatever else runs here must not crowd them out.
  return [...known, ...others].slice(0, UNWELL_LIMIT).map(({ pod, component }) => ({
    pod,
    component,
    // A pod of a former life may have had the same name: its events carry another uid.
    events: eventsOf("Pod", pod.namespace, pod.name).filter((it) =>
      it.uid === "" || pod.uid === "" || it.uid === pod.uid
    ),
  }));
}

function isUnwell(pod: PodView): boolean {
  return isOwnNamespace(pod.namespace) && !isPodWell(pod) && !isPodOver(pod);
}

function judgeComponents(
  { workloads, knowledge, remembered }: Snapshot,
  { unwellPods, seen, nowMs }: { unwellPods: readonly UnwellPod[]; seen: SeenBefore; nowMs: number },
): readonly ComponentState[] {
  const byPlace = new Map(workloads.map((it) => [`${it.namespace}/${it.kind}/${it.name}`, it]));
  return COMPONENTS.filter((it) => it.kind !== "Job").map((component): ComponentState => {
    const workload = byPlace.get(`${component.namespace}/${component.kind}/${component.object}`);
    const ready = knowledge.workloads === "known" ? isWorkloadReady(workload) : undefined;
    if (ready !== false || workload === undefined) return { component, workload, ready, lostAt: undefined };
    const own = unwellPods.filter((it) => it.component === component).map((it) => it.pod);
    const wasReady = remembered.loginReadyOnce;
    const lostAt = lossOf(workload, own, { wasReady, seen: seen.lost[component.name], nowMs });
    return { component, workload, ready, lostAt };
  });
}

/**
 * Since when a workload has not been ready. An old object says nothing of that: a Deployment has a condition, of a StatefulSet the
 * pods tell, and where nobody does, the agent knows when it saw it first.
 */
function lossOf(
  workload: WorkloadView,
  pods: readonly PodView[],
  { wasReady, seen, nowMs }: { wasReady: boolean; seen: string | undefined; nowMs: number },
): string {
  const available = workload.conditions.find((it) => it.type === "Available" && it.status !== "True");
  const told = available?.since ?? latest(pods.flatMap((pod) => lossOfPod(pod) ?? []));
  if (told !== undefined) return told;
  if (seen !== undefined) return seen;
  return (wasReady ? undefined : workload.createdAt) ?? new Date(nowMs).toISOString();
}

/** Since when a pod has not been ready. */
function lossOfPod({ conditions, createdAt }: PodView): string | undefined {
  const ready = conditions.find((it) => it.type === "Ready" || it.type === "ContainersReady");
  return ready?.since ??
    (conditions.length > 0 ? earliest(conditions.map((it) => it.since)) ?? createdAt : undefined);
}

/** All replicas ready, as of the newest change of the object. */
function isWorkloadReady(workload: WorkloadView | undefined): boolean {
  return workload !== undefined && workload.observedGeneration >= workload.generation &&
    workload.desired > 0 && workload.ready >= workload.desired;
}
