import type { Component } from "../product/components.ts";
import { earliest, timeMs } from "../text/time.ts";
import { newest, timeOf } from "./event_order.ts";
import { type Crash, judgeCrash } from "./judge_crash.ts";
import type { ContainerView, EventView, PodView } from "./snapshot.ts";

/** An event tells the present only for so long. */
const EVENT_FRESH_MS = 10 * 60_000;

const PULL_REASONS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
  "ImageInspectError",
  "SignatureValidationFailed",
]);
/** What is judged otherwise. Whatever else a kubelet waits for, today's or tomorrow's, keeps the container from being made. */
const OTHER_REASONS = new Set([...PULL_REASONS, "CrashLoopBackOff", "RunContainerError", "StartError"]);
/** The container has not been made yet, for whatever reason. */
export const CREATING_REASONS: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing", ""]);

interface ProblemBase {
  pod: PodView;
  container: ContainerView;
  component: Component;
  since: string;
}

/** What the kubelet stopped a container for, and the exit code that it left then. */
export interface StopSeen {
  exitCode: number;
  text: string;
}

/** What keeps one container from running. Judged over phases, so that states which alternate give one answer. */
export type ContainerProblem =
  & ProblemBase
  & (
    | { kind: "pull"; text: string; attempts: number }
    | { kind: "config"; reason: string; text: string }
    | (
      & {
        kind: "crash"; /** What the kubelet stopped it for (a probe), "" when it ended by itself. */
        stoppedFor: string;
      }
      & Omit<Crash, "at">
    )
    | { kind: "not-ready"; text: string }
  );

/** Nothing to look at: the quick way out for the many pods that are well. */
export function isPodWell(pod: PodView): boolean {
  return isPodOver(pod) ||
    (pod.containers.length > 0 &&
      pod.containers.every((it) =>
        it.init && it.sidecar !== true
          ? it.state.kind === "terminated" && it.state.exitCode === 0
          : it.ready && it.restartCount === 0 && it.state.kind === "running"
      ));
}

/** Finished, evicted or on its way out; judged by its owner instead. */
export function isPodOver(pod: PodView): boolean {
  return pod.phase === "Succeeded" || pod.phase === "Failed" || pod.deletedAt !== undefined;
}

/** What is wrong with a container now, `undefined` when nothing is. */
export function judgeContainer(
  pod: PodView,
  container: ContainerView,
  component: Component,
  { events, stopSeen, nowMs }: {
    events: readonly EventView[];
    stopSeen?: StopSeen | undefined;
    nowMs: number;
  },
): ContainerProblem | undefined {
  const base = { pod, container, component };
  const { state } = container;
  const own = events.filter((it) => it.container === undefined || it.container === container.name);

  if (state.kind === "waiting" && !CREATING_REASONS.has(state.reason) && !OTHER_REASONS.has(state.reason)) {
    return { ...base, kind: "config", reason: state.reason, text: state.message, since: sinceOf(pod, nowMs) };
  }
  // A container that ran before may lack its image now: the pull policy may ask again, or a clean-up took it.
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
  const crash = judgeCrash(container, nowMs);
  if (crash) {
    const { at, ...end } = crash;
    const since = firstOf(own, ["BackOff"]) ?? at;
    // The kubelet tells ever more rarely of what goes on for long: of one that was killed, any event that is left still counts.
    const isKill = end.exitCode === 137 || end.exitCode === 143;
    const telling = own.filter((it) => isKill || nowMs - timeOf(it) < EVENT_FRESH_MS);
    const hook = newest(telling.filter((it) => it.reason === "FailedPostStartHook"));
    // The kubelet stops a container whose hook failed; what remains to be seen then is only that it was stopped.
    if (hook) return { ...base, kind: "config", reason: "PostStartHookError", text: hook.message, since };
    const probe = newest(telling.filter(isProbeFailure)) ?? newest(telling.filter(isProbeKill));
    const seen = stopSeen?.exitCode === end.exitCode ? stopSeen?.text : undefined;
    return { ...base, kind: "crash", ...end, stoppedFor: probe?.message ?? seen ?? "", since };
  }
  if ((!container.init || container.sidecar) && state.kind === "running" && !container.ready) {
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

function isProbeFailure({ reason, message }: EventView): boolean {
  return reason === "Unhealthy" && /^(Liveness|Startup) /i.test(message);
}

/** "Container app failed liveness probe, will be restarted". */
function isProbeKill({ reason, message }: EventView): boolean {
  return reason === "Killing" && /failed (?:liveness|startup) probe/i.test(message);
}

/** The same error comes bare (ErrImagePull) and wrapped (ImagePullBackOff), and only in events while the next try runs. */
function pullFailure(
  container: ContainerView,
  events: readonly EventView[],
): { text: string; since: string | undefined; attempts: number } | undefined {
  const { state, lastState } = container;
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
  const overMs = Math.max(pulled ? timeOf(pulled) : 0, endOf(lastState));
  if (overMs >= timeOf(told)) return undefined;
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

/** Since when the pod is as it is: the last change of a condition that is not met, else its start. */
export function sinceOf(pod: PodView, nowMs: number): string {
  return earliest(pod.conditions.map((it) => it.since)) ?? pod.createdAt ?? new Date(nowMs).toISOString();
}

function firstOf(events: readonly EventView[], reasons: readonly string[]): string | undefined {
  return earliest(events.filter((it) => reasons.includes(it.reason)).map((it) => it.firstAt));
}

/** When the run before ended, in ms; 0 when there was none. */
export function endOf(lastState: ContainerView["lastState"]): number {
  return timeMs(lastState.finishedAt);
}
