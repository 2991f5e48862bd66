import type { Component } from "../product/components.ts";
import { type ContainerProblem, CREATING_REASONS, endOf } from "./container_problem.ts";
import { compareEvents, newest, timeOf } from "./event_order.ts";
import type { ContainerView, EventView, PodView, Snapshot } from "./snapshot.ts";

/** A download that has started and not ended. */
export interface RunningPull {
  pod: PodView;
  container: ContainerView;
  component: Component;
  image: string;
  /** When its turn came, as far as that can be known. */
  startedAt: string;
  /** Image whose download has to end first: they run one after another. */
  waitsFor: string | undefined;
  /** The one that it waits for fails and is tried again and again. */
  holderFails: boolean;
}

/** Failures that take their time; a download that fails in an instant holds nobody up. */
const SLOW_FAILURE = /time-?out|timed out|deadline exceeded|no route to host|server misbehaving/i;
/** Events are kept for an hour; a download that takes longer must not vanish with them. */
const EVENT_LIFE_MS = 60 * 60_000;

/**
 * Downloads under way, oldest first. The kubelet announces a download when it enters the queue and works on one at a time, so
 * all but the first of a machine wait. A dead registry holds the others up each time that it is tried.
 */
export function findPulls(
  pods: readonly { pod: PodView; component: Component; events: readonly EventView[] }[],
  problems: readonly ContainerProblem[],
  snapshot: Pick<Snapshot, "pods" | "events" | "knowledge">,
  nowMs: number,
): RunningPull[] {
  const pulls: RunningPull[] = [];
  for (const { pod, component, events } of pods) {
    for (const container of pod.containers) {
      const { state } = container;
      if (state.kind !== "waiting" || !CREATING_REASONS.has(state.reason)) continue;
      const started = startOf(container, events) ??
        (snapshot.knowledge.events === "known" ? forgottenStart(pod, container, events, nowMs) : undefined);
      if (started) {
        pulls.push({ pod, container, component, ...started, waitsFor: undefined, holderFails: false });
      }
    }
  }
  if (pulls.length === 0) return pulls;
  pulls.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const ends = lastEnds(snapshot);
  const failing = new Map(
    problems.flatMap((it) =>
      it.kind === "pull" && SLOW_FAILURE.test(it.text) ? [[it.pod.nodeName, it.container.image]] : []
    ),
  );
  const holders = new Map<string, string>();
  for (const pull of pulls) {
    const node = pull.pod.nodeName;
    const failed = failing.get(node);
    const first = holders.get(node) ?? pull.image;
    holders.set(node, first);
    if (failed !== undefined && failed !== pull.image) {
      pull.waitsFor = failed;
      pull.holderFails = true;
    } else if (first !== pull.image) pull.waitsFor = first;
    // Whatever ended on this machine since it was announced came before it.
    const turn = ends.get(node);
    if (turn !== undefined && timeOf(turn) > Date.parse(pull.startedAt)) {
      pull.startedAt = turn.lastAt ?? pull.startedAt;
    }
  }
  return pulls;
}

/** The download that its events tell of and that has not ended. */
function startOf(
  container: ContainerView,
  events: readonly EventView[],
): { image: string; startedAt: string } | undefined {
  const own = events.filter((it) => it.container === undefined || it.container === container.name);
  const started = newest(own.filter((it) => it.reason === "Pulling"));
  if (started?.lastAt === undefined || timeOf(started) <= endOf(container.lastState)) return undefined;
  if (started.container === undefined && !started.message.includes(`"${container.image}"`)) return undefined;
  if (own.some((it) => isEnd(it) && timeOf(it) >= timeOf(started))) return undefined;
  return { image: /"([^"]+)"/.exec(started.message)?.[1] ?? container.image, startedAt: started.lastAt };
}

/** Its events have expired, its sandbox has long been ready, and it still has no image: it must be downloading. */
function forgottenStart(
  pod: PodView,
  container: ContainerView,
  events: readonly EventView[],
  nowMs: number,
): { image: string; startedAt: string } | undefined {
  const since = pod.sandboxReadyAt;
  if (since === undefined || nowMs - Date.parse(since) < EVENT_LIFE_MS || container.imageId !== "") {
    return undefined;
  }
  const next = pod.containers.find((it) => it.imageId === "" && it.state.kind === "waiting");
  if (next !== container || events.some((it) => it.reason === "Pulling" || isEnd(it))) return undefined;
  return { image: container.image, startedAt: since };
}

function isEnd(event: EventView): boolean {
  return event.reason === "Pulled" || event.reason === "Failed";
}

/** The download that ended last, by machine. */
function lastEnds(snapshot: Pick<Snapshot, "pods" | "events">): Map<string, EventView> {
  const nodes = new Map(snapshot.pods.map((it) => [`${it.namespace}/${it.name}`, it.nodeName]));
  const ends = new Map<string, EventView>();
  for (const event of snapshot.events) {
    if (event.kind !== "Pod" || !isEnd(event) || !/^(Successfully|Failed to) pull/.test(event.message)) {
      continue;
    }
    const node = nodes.get(`${event.namespace}/${event.name}`);
    if (node === undefined) continue;
    const before = ends.get(node);
    if (!before || compareEvents(event, before) > 0) ends.set(node, event);
  }
  return ends;
}
