import type { ContainerView } from "./snapshot.ts";

/** A container counts as recovered once it has run half as long again as last time, and at least this. */
const RECOVERED_AFTER_MIN_MS = 30_000;
/** The kubelet itself forgets the crashes of a container that has run for this long. */
const RECOVERED_AFTER_MAX_MS = 10 * 60_000;
/** Who ran for longer does not stop again and again. */
const LOOP_RUN_MAX_MS = 30 * 60_000;

/** How a container ended that does not stay up. */
export interface Crash {
  reason: string;
  text: string;
  exitCode: number | undefined;
  restarts: number;
  /** The back-off or the number of ends says that this is a loop, not one bad start. */
  loop: boolean;
  at: string;
}

/**
 * CrashLoopBackOff, RunContainerError, terminated and running alternate: what counts are the last end and the number of ends.
 * One end alone is not told: the kubelet starts the container again at once.
 */
export function judgeCrash(container: ContainerView, nowMs: number): Crash | undefined {
  const { state, lastState, restartCount } = container;
  const ended = state.kind === "terminated" ? state : lastState;
  const backOff = state.kind === "waiting" &&
    (state.reason === "CrashLoopBackOff" || state.reason === "RunContainerError" ||
      state.reason === "StartError");
  if (state.kind === "terminated" && state.exitCode === 0 && (container.init || restartCount === 0)) {
    return undefined;
  }
  if (ended.kind !== "terminated" && !backOff) return undefined;
  const ends = restartCount + (state.kind === "terminated" ? 1 : 0);
  if (!backOff && ends < 2) return undefined;
  const ranMs = runOf(ended);
  if (state.kind === "running" && isRecovered(container, ranMs, nowMs)) return undefined;
  return {
    reason: ended.kind === "terminated" ? ended.reason : state.reason,
    text: ended.message !== "" ? ended.message : state.reason === "CrashLoopBackOff" ? "" : state.message,
    exitCode: ended.exitCode,
    restarts: restartCount,
    loop: backOff || ranMs < LOOP_RUN_MAX_MS,
    at: ended.finishedAt ?? ended.startedAt ?? new Date(nowMs).toISOString(),
  };
}

function isRecovered({ state, lastState, ready }: ContainerView, ranMs: number, nowMs: number): boolean {
  // "Unknown": the machine went down under it. That says nothing about the container.
  if (lastState.reason === "Unknown" || lastState.reason === "ContainerStatusUnknown") return true;
  if (ranMs >= LOOP_RUN_MAX_MS || state.startedAt === undefined) return true;
  const needMs = Math.max(ranMs * 1.5, RECOVERED_AFTER_MIN_MS);
  // One that is not ready yet has not even come as far as last time.
  return nowMs - Date.parse(state.startedAt) >= (ready ? Math.min(needMs, RECOVERED_AFTER_MAX_MS) : needMs);
}

/** How long a run took; 0 for one that never began. */
function runOf({ startedAt, finishedAt }: ContainerView["lastState"]): number {
  if (startedAt === undefined || finishedAt === undefined) return 0;
  return Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));
}
