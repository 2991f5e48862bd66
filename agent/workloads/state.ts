import type { Component } from "../product/components.ts";
import { componentOfPod } from "../facts/component_of_pod.ts";
import {
  type ContainerProblem,
  CREATING_REASONS,
  isPodOver,
  isPodWell,
  judgeContainer,
} from "../facts/container_problem.ts";
import { indexEvents } from "../facts/event_index.ts";
import { newest, timeOf } from "../facts/event_order.ts";
import type { ContainerView, EventView, PodView } from "../facts/snapshot.ts";
import { ageMs } from "../text/duration.ts";
import { worst } from "./tone.ts";

/** How a workload, a pod or a container stands; the words are in `words.ts`. */
export type StateCode =
  | "running"
  | "done"
  | "starting"
  | "preparing"
  | "ending"
  | "stopped"
  | "no-place"
  | "no-image"
  | "no-settings"
  | "cannot-start"
  | "crashing"
  | "not-ready"
  | "no-pod"
  | "failed"
  | "evicted"
  | "unknown";

/** A state, with what the cluster says of it: its own word and message, "" when it says nothing. */
export interface State {
  code: StateCode;
  reason: string;
  message: string;
}

/** What a look at one moment needs beside the pod. */
export interface Look {
  eventsOf(kind: string, namespace: string, name: string): readonly EventView[];
  nowMs: number;
}

/** A look at these events; they are put in order when a pod that is not well asks for them. */
export function lookAt(events: readonly EventView[], nowMs: number): Look {
  let index: Look["eventsOf"] | undefined;
  return { nowMs, eventsOf: (...of) => (index ??= indexEvents(events))(...of) };
}

/** A program that has been running for less may still be starting. */
const STARTING_MS = 5 * 60_000;
/** Nobody is late to place a pod, or to make one, before this. */
const PLACING_MS = 60_000;
/** An event tells the present only for so long. */
const FRESH_MS = 10 * 60_000;

const CODE_OF: Record<ContainerProblem["kind"], StateCode> = {
  pull: "no-image",
  config: "no-settings",
  crash: "crashing",
  "not-ready": "not-ready",
};

/** A state that the cluster says nothing of. */
export function plain(code: StateCode): State {
  return { code, reason: "", message: "" };
}

/** How a pod stands. The quick way for the many that are well: no event is looked at. */
export function podState(pod: PodView, look: Look): State {
  const said = { reason: pod.reason, message: pod.message };
  if (pod.deletedAt !== undefined) return { code: "ending", ...said };
  if (pod.phase === "Succeeded") return { code: "done", ...said };
  if (pod.phase === "Failed") return { code: pod.reason === "Evicted" ? "evicted" : "failed", ...said };
  if (pod.phase === "Unknown" || pod.reason === "NodeLost") return { code: "unknown", ...said };
  if (isPodWell(pod)) return plain("running");
  const scheduled = pod.conditions.find((it) => it.type === "PodScheduled" && it.status === "False");
  if (scheduled) {
    const isLate = ageMs(scheduled.since, look.nowMs) >= PLACING_MS;
    const { reason, message } = scheduled;
    return { code: isLate ? "no-place" : "starting", reason, message };
  }
  const states = pod.containers.map((it) => containerState(pod, it, look));
  return states.length === 0 ? notMade(pod, look) : worst(states);
}

/** How one container of a pod stands. */
export function containerState(pod: PodView, container: ContainerView, look: Look): State {
  const { state } = container;
  const said = { reason: state.reason, message: state.message };
  if (isPodOver(pod) && state.kind === "terminated") {
    return { code: state.exitCode === 0 ? "done" : "failed", ...said };
  }
  const component: Component = componentOfPod(pod);
  const problem = judgeContainer(pod, container, component, {
    events: eventsOfPod(pod, look),
    nowMs: look.nowMs,
  });
  const found = problem && stateOfProblem(problem, look.nowMs);
  if (found) return found;
  switch (state.kind) {
    case "running":
      return { code: container.init && !container.sidecar ? "preparing" : "running", ...said };
    case "terminated":
      // One end alone: the kubelet starts it again at once.
      return { code: state.exitCode === 0 ? "done" : "starting", ...said };
    default:
      return CREATING_REASONS.has(state.reason) ? notMade(pod, look) : { code: "starting", ...said };
  }
}

/** Whether something that is not there yet is overdue. */
export function isOverdue(createdAt: string | undefined, nowMs: number): boolean {
  return ageMs(createdAt, nowMs) >= PLACING_MS;
}

function stateOfProblem(problem: ContainerProblem, nowMs: number): State | undefined {
  const code = CODE_OF[problem.kind];
  switch (problem.kind) {
    case "pull":
      return { code, reason: problem.container.state.reason, message: problem.text };
    case "config":
      return { code, reason: problem.reason, message: problem.text };
    case "crash":
      if (!problem.loop) return undefined;
      return { code, reason: problem.reason, message: problem.stoppedFor || problem.text };
    case "not-ready": {
      const isStarting = ageMs(problem.since, nowMs) < STARTING_MS;
      return { code: isStarting ? "starting" : code, reason: "", message: problem.text };
    }
  }
}

/** Volumes and network of a pod come before its containers; what is wrong with them stands in events alone. */
function notMade(pod: PodView, look: Look): State {
  const warning = newest(
    eventsOfPod(pod, look).filter((it) =>
      it.type === "Warning" && it.reason.startsWith("Failed") && it.container === undefined &&
      look.nowMs - timeOf(it) < FRESH_MS
    ),
  );
  if (warning === undefined || pod.sandboxReadyAt !== undefined) return plain("starting");
  return { code: "cannot-start", reason: warning.reason, message: warning.message };
}

/** Of this pod alone: one of a former life may have had the same name. */
function eventsOfPod({ namespace, name, uid }: PodView, { eventsOf }: Look): readonly EventView[] {
  return eventsOf("Pod", namespace, name).filter((it) => it.uid === "" || uid === "" || it.uid === uid);
}
