import { type Component, componentByName, COMPONENTS } from "../product/components.ts";
import { componentOfPod } from "./component_of_pod.ts";
import {
  type ContainerTrouble,
  isPodOver,
  isPodWell,
  judgeContainer,
  newest,
  timeOf,
} from "./container_problem.ts";
import { findPulls, type RunningPull } from "./running_pulls.ts";
import type {
  ConditionView,
  EventView,
  FluxView,
  JobView,
  LogView,
  PodView,
  Snapshot,
  WorkloadView,
} from "./snapshot.ts";

/** Pods that are not well, beyond which no more are looked at: the first hundreds tell the story. */
const TROUBLED_LIMIT = 500;

/** How one workload stands. */
export interface ComponentState {
  component: Component;
  workload: WorkloadView | undefined;
  /** `undefined` when it could not be asked. */
  ready: boolean | undefined;
}

/** A snapshot with the look-ups that rules and tiers share, made once per evaluation. */
export interface Scene {
  snapshot: Snapshot;
  nowMs: number;
  now: string;
  /** What the cluster says can be believed: it answers, or did a moment ago. */
  live: boolean;
  troubles: readonly ContainerTrouble[];
  pulls: readonly RunningPull[];
  /** Pods that are neither well nor over, with their component. */
  troubledPods: readonly { pod: PodView; component: Component; events: readonly EventView[] }[];
  components: readonly ComponentState[];
  bootstrapJob: JobView | undefined;
  eventsOf(kind: string, namespace: string, name: string): readonly EventView[];
  logOf(pod: PodView, container: string): readonly string[];
  state(component: string): ComponentState | undefined;
  release(name: string): FluxView | undefined;
  flux(kind: FluxView["kind"], name: string): FluxView | undefined;
}

/** A single lost answer of the API is no outage. */
export const API_PATIENCE_MS = 15_000;

function isLive({ api }: Snapshot, nowMs: number): boolean {
  if (api.state === "answering") return true;
  const from = api.lastContactAt ?? api.since;
  return api.state === "not-answering" && from !== undefined && nowMs - Date.parse(from) < API_PATIENCE_MS;
}

/** Prepares a snapshot for judging. Pure; cost grows with events and pods in trouble, hardly with pods that are well. */
export function makeScene(snapshot: Snapshot, nowMs: number): Scene {
  const eventIndex = new Map<string, EventView[]>();
  for (const event of snapshot.events) {
    const key = `${event.kind}/${event.namespace}/${event.name}`;
    const list = eventIndex.get(key);
    if (list) list.push(event);
    else eventIndex.set(key, [event]);
  }
  const eventsOf = (kind: string, namespace: string, name: string): readonly EventView[] =>
    eventIndex.get(`${kind}/${namespace}/${name}`) ?? [];

  const known: Scene["troubledPods"][number][] = [];
  const others: typeof known = [];
  for (const pod of snapshot.pods) {
    if (isPodWell(pod) || isPodOver(pod)) continue;
    const component = componentOfPod(pod);
    const list = componentByName(component.name) ? known : others;
    if (list.length >= TROUBLED_LIMIT) continue;
    // A pod of a former life may have had the same name: its events carry another uid.
    const events = eventsOf("Pod", pod.namespace, pod.name).filter((it) =>
      it.uid === "" || pod.uid === "" || it.uid === pod.uid
    );
    list.push({ pod, component, events });
  }
  // Parts of the appliance first: whatever else runs here must not crowd them out.
  const troubledPods = [...known, ...others].slice(0, TROUBLED_LIMIT);
  const troubles = troubledPods.flatMap(({ pod, component, events }) =>
    pod.containers.flatMap((container) => judgeContainer(pod, container, component, events, nowMs) ?? [])
  );

  const workloads = new Map(snapshot.workloads.map((it) => [`${it.namespace}/${it.kind}/${it.name}`, it]));
  const components = COMPONENTS.filter((it) => it.kind !== "Job").map((component): ComponentState => {
    const workload = workloads.get(`${component.namespace}/${component.kind}/${component.object}`);
    const known = snapshot.knowledge.workloads === "known";
    return { component, workload, ready: known ? isWorkloadReady(workload) : undefined };
  });
  const byName = new Map(components.map((it) => [it.component.name, it]));
  const flux = new Map(snapshot.flux.map((it) => [`${it.kind}/${it.name}`, it]));
  const bootstrap = componentByName("bootstrap");
  const logs = new Map<string, LogView>(
    snapshot.logs.map((it) => [`${it.namespace}/${it.pod}/${it.container}`, it]),
  );

  return {
    snapshot,
    nowMs,
    now: new Date(nowMs).toISOString(),
    live: isLive(snapshot, nowMs),
    troubles,
    pulls: findPulls(troubledPods, troubles, snapshot, nowMs),
    troubledPods,
    components,
    bootstrapJob: snapshot.jobs.find((it) =>
      it.namespace === bootstrap?.namespace && it.name === bootstrap.object
    ),
    eventsOf,
    logOf: (pod, container) => logs.get(`${pod.namespace}/${pod.name}/${container}`)?.lines ?? [],
    state: (name) => byName.get(name),
    release: (name) => flux.get(`HelmRelease/${name}`),
    flux: (kind, name) => flux.get(`${kind}/${name}`),
  };
}

/** All replicas ready, as of the newest change of the object. @see contract.md 7.1 */
export function isWorkloadReady(workload: WorkloadView | undefined): boolean {
  return workload !== undefined && workload.observedGeneration >= workload.generation &&
    workload.desired > 0 && workload.ready >= workload.desired;
}

/** A condition of the newest generation, `undefined` when it is stale or absent. @see catalogue.md 4.4 (4) */
export function currentCondition(flux: FluxView, type: string): FluxView["conditions"][number] | undefined {
  const condition = flux.conditions.find((it) => it.type === type);
  if (!condition) return undefined;
  const observed = condition.observedGeneration ?? flux.observedGeneration;
  return observed >= flux.generation ? condition : undefined;
}

/** Ready=True for what is wanted now, or so until Flux began to look again. */
export function isFluxReady(scene: Scene, flux: FluxView | undefined): boolean {
  if (flux === undefined) return false;
  const ready = currentCondition(flux, "Ready");
  if (ready?.status === "Unknown") return isLookedAtAgain(scene, flux, ready);
  return ready?.status === "True" &&
    (flux.kind !== "HelmRelease" || flux.observedGeneration >= flux.generation);
}

/**
 * Flux takes a Kustomization's Ready back whenever it begins to look, also where nothing has changed: what was found last holds
 * until that look has ended. Seen of kustomize-controller 1.9.
 */
function isLookedAtAgain(scene: Scene, flux: FluxView, ready: ConditionView): boolean {
  if (flux.kind !== "Kustomization" || ready.reason !== "Progressing") return false;
  const isWanted = flux.observedGeneration >= flux.generation && flux.revision !== undefined &&
    flux.revision === releaseSource(scene)?.revision;
  return isWanted && flux.succeededAt !== undefined && failureSince(scene, flux) === undefined;
}

/** The failure that Flux told of last, unless it is over. A success leaves no event, so a failure's may be the newest for long. */
export function failureSince(scene: Scene, flux: FluxView): EventView | undefined {
  const last = newest(scene.eventsOf(flux.kind, flux.namespace, flux.name));
  if (last?.type !== "Warning") return undefined;
  const isOver = flux.succeededAt !== undefined && Date.parse(flux.succeededAt) >= timeOf(last);
  return isOver ? undefined : last;
}

/** Where the appliance's release is fetched from. */
export function releaseSource(scene: Scene): FluxView | undefined {
  return scene.flux("OCIRepository", "alga-appliance");
}
