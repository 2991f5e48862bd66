import type { Component } from "./components.ts";
import type { ContainerView, EventView, PodView } from "./snapshot.ts";

/** After a crash a container counts as recovered once it has run longer than last time, within these bounds. */
const RECOVERED_AFTER_MIN_MS = 30_000;
const RECOVERED_AFTER_MAX_MS = 120_000;

const PULL_REASONS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
  "ImageInspectError",
]);
const CONFIG_REASONS = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "PostStartHookError",
  "PreStartHookError",
]);
const CREATING_REASONS = new Set(["ContainerCreating", "PodInitializing", ""]);

interface TroubleBase {
  pod: PodView;
  container: ContainerView;
  component: Component;
  since: string;
}

/** What keeps one container from running. Judged over phases, so that states which alternate give one answer. */
export type ContainerTrouble =
  & TroubleBase
  & (
    | { kind: "pull"; text: string; attempts: number }
    | { kind: "config"; reason: string; text: string }
    | {
      kind: "crash";
      reason: string;
      text: string;
      exitCode: number | undefined;
      restarts: number;
      /** The back-off or the number of restarts says that this is a loop, not one bad start. */
      loop: boolean;
    }
    | { kind: "not-ready"; text: string }
  );

/** A download that has begun and not ended. */
export interface RunningPull {
  pod: PodView;
  container: ContainerView;
  component: Component;
  image: string;
  startedAt: string;
  /** Image whose download has to end first: they run one after another. */
  waitsFor: string | undefined;
}

/** Whether the image is there and the container has run at least once: older pull trouble is over. */
export function hasStarted(container: ContainerView): boolean {
  return container.state.kind === "running" || container.state.kind === "terminated" ||
    container.lastState.kind === "terminated";
}

/** Nothing to look at: the quick way out for the many pods that are well. */
export function isPodWell(pod: PodView): boolean {
  return isPodOver(pod) ||
    (pod.containers.length > 0 &&
      pod.containers.every((it) =>
        it.init
          ? it.state.kind === "terminated" && it.state.exitCode === 0
          : it.ready && it.restartCount === 0 && it.state.kind === "running"
      ));
}

/** Finished, evicted or on its way out; judged by its owner instead. @see contract.md 7.1 */
export function isPodOver(pod: PodView): boolean {
  return pod.phase === "Succeeded" || pod.phase === "Failed" || pod.deletedAt !== undefined;
}

/** What is wrong with a container now, `undefined` when nothing is. */
export function judgeContainer(
  pod: PodView,
  container: ContainerView,
  component: Component,
  events: readonly EventView[],
  nowMs: number,
): ContainerTrouble | undefined {
  const base = { pod, container, component };
  const { state } = container;
  const own = events.filter((it) => it.container === undefined || it.container === container.name);

  if (state.kind === "waiting" && CONFIG_REASONS.has(state.reason)) {
    return { ...base, kind: "config", reason: state.reason, text: state.message, since: sinceOf(pod, nowMs) };
  }
  const crash = judgeCrash(container, nowMs);
  if (crash) {
    return { ...base, kind: "crash", ...crash, since: firstOf(own, ["BackOff"]) ?? crash.at };
  }
  if (!hasStarted(container)) {
    const failure = pullFailure(container, own);
    if (failure) {
      return {
        ...base,
        kind: "pull",
        text: failure.text,
        attempts: failure.attempts,
        since: failure.since ?? sinceOf(pod, nowMs),
      };
    }
  }
  if (!container.init && state.kind === "running" && !container.ready) {
    const probe = newest(own.filter((it) => it.reason === "Unhealthy"));
    return {
      ...base,
      kind: "not-ready",
      text: probe?.message ?? "",
      since: state.startedAt ?? sinceOf(pod, nowMs),
    };
  }
  return undefined;
}

interface Crash {
  reason: string;
  text: string;
  exitCode: number | undefined;
  restarts: number;
  loop: boolean;
  at: string;
}

/** CrashLoopBackOff, terminated and running alternate: what counts are the last end and the number of restarts. */
function judgeCrash(container: ContainerView, nowMs: number): Crash | undefined {
  const { state, lastState, restartCount } = container;
  const ended = state.kind === "terminated" ? state : lastState;
  const backOff = state.kind === "waiting" &&
    (state.reason === "CrashLoopBackOff" || state.reason === "RunContainerError" ||
      state.reason === "StartError");
  if (state.kind === "terminated" && state.exitCode === 0 && (container.init || restartCount === 0)) {
    return undefined;
  }
  if (ended.kind !== "terminated" && !backOff) return undefined;
  if (state.kind === "running") {
    const ranMs = span(ended.startedAt, ended.finishedAt);
    const needMs = Math.min(Math.max(ranMs * 1.5, RECOVERED_AFTER_MIN_MS), RECOVERED_AFTER_MAX_MS);
    const runningMs = state.startedAt === undefined ? needMs : nowMs - Date.parse(state.startedAt);
    if (runningMs >= needMs || restartCount < 2) return undefined;
  }
  return {
    reason: ended.kind === "terminated" ? ended.reason : state.reason,
    text: ended.message !== "" ? ended.message : state.reason === "CrashLoopBackOff" ? "" : state.message,
    exitCode: ended.exitCode,
    restarts: restartCount,
    loop: backOff || restartCount >= 2,
    at: ended.finishedAt ?? ended.startedAt ?? new Date(nowMs).toISOString(),
  };
}

/** The same error comes bare (ErrImagePull) and wrapped (ImagePullBackOff), and only in events while the next try runs. */
function pullFailure(
  container: ContainerView,
  events: readonly EventView[],
): { text: string; since: string | undefined; attempts: number } | undefined {
  const { state } = container;
  if (state.kind !== "waiting") return undefined;
  const failures = events.filter((it) => it.reason === "Failed" && /pull/i.test(it.message));
  const told = failures.find((it) => !/^Error: /.test(it.message));
  const attempts = failures.reduce((most, it) => Math.max(most, it.count), 1);
  const since = firstOf(failures, ["Failed"]);
  if (PULL_REASONS.has(state.reason)) {
    const bare = unwrapPullText(state.message);
    // Old kubelets say only "Back-off pulling image": the cause stands in the event.
    const text = bare !== "" ? bare : unwrapPullText(told?.message ?? "") || state.reason;
    return { text, since, attempts };
  }
  if (!CREATING_REASONS.has(state.reason) || !told) return undefined;
  const pulled = newest(events.filter((it) => it.reason === "Pulled"));
  if (pulled && timeOf(pulled) >= timeOf(told)) return undefined;
  return { text: unwrapPullText(told.message), since, attempts };
}

/** Takes the kubelet's wrapping off a pull error; "" when there is nothing inside. */
export function unwrapPullText(message: string): string {
  return message
    .replace(/^Back-off pulling image "[^"]*"(: )?/, "")
    .replace(/^Failed to pull image "[^"]*": /, "")
    .replace(/^(ErrImagePull|ImagePullBackOff|RegistryUnavailable)(: )?/, "")
    .trim();
}

/** Downloads under way, oldest first per node; later ones wait for the first. @see cluster.md 5 "Image pulls are serial" */
export function findPulls(
  pods: readonly { pod: PodView; component: Component; events: readonly EventView[] }[],
): RunningPull[] {
  const pulls: RunningPull[] = [];
  for (const { pod, component, events } of pods) {
    for (const container of pod.containers) {
      if (container.state.kind !== "waiting" || container.imageId !== "" || hasStarted(container)) continue;
      if (!CREATING_REASONS.has(container.state.reason)) continue;
      const own = events.filter((it) => it.container === undefined || it.container === container.name);
      const begun = newest(own.filter((it) => it.reason === "Pulling"));
      if (!begun || begun.lastAt === undefined) continue;
      if (begun.container === undefined && !begun.message.includes(`"${container.image}"`)) continue;
      const ended = own.some((it) =>
        (it.reason === "Pulled" || it.reason === "Failed") && timeOf(it) >= timeOf(begun) && it !== begun
      );
      if (ended) continue;
      const image = /"([^"]+)"/.exec(begun.message)?.[1] ?? container.image;
      pulls.push({ pod, container, component, image, startedAt: begun.lastAt, waitsFor: undefined });
    }
  }
  pulls.sort((a, b) => a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0);
  const holder = new Map<string, string>();
  for (const pull of pulls) {
    const first = holder.get(pull.pod.nodeName);
    if (first === undefined) holder.set(pull.pod.nodeName, pull.image);
    else if (first !== pull.image) pull.waitsFor = first;
  }
  return pulls;
}

/** Since when the pod is as it is: the last change of a condition that is not met, else its start. */
export function sinceOf(pod: PodView, nowMs: number): string {
  const times = pod.conditions.flatMap((it) => it.since ?? []).sort();
  return times[0] ?? pod.createdAt ?? new Date(nowMs).toISOString();
}

function firstOf(events: readonly EventView[], reasons: readonly string[]): string | undefined {
  return events.filter((it) => reasons.includes(it.reason)).flatMap((it) => it.firstAt ?? []).sort()[0];
}

/** Time of the last sighting of an event, in ms; 0 when it has none. */
export function timeOf(event: EventView): number {
  return event.lastAt === undefined ? 0 : Date.parse(event.lastAt);
}

/** The event seen last. */
export function newest(events: readonly EventView[]): EventView | undefined {
  return events.reduce<EventView | undefined>(
    (best, it) => best && timeOf(best) >= timeOf(it) ? best : it,
    undefined,
  );
}

function span(from: string | undefined, to: string | undefined): number {
  return from === undefined || to === undefined ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));
}
