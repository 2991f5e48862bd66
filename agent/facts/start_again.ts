import { timeMs } from "../text/time.ts";
import type { Snapshot } from "./snapshot.ts";

/** So long after its start a machine may still be bringing back what it ran before. */
const START_PATIENCE_MS = 3 * 60_000;
const SERVICE_PATIENCE_MS = 2 * 60_000;
const LOOP_STARTS = 5;
/** One that starts again and again, and never comes, is not starting. */
const SILENCE_PATIENCE_MS = 10 * 60_000;
/** systemd begins to start the service "k3s". */
export const SERVICE_STARTS = /^Starting (?:Lightweight Kubernetes|k3s)/;
/** systemd starts it once more, since it ended. */
export const SERVICE_RESTARTS = /Scheduled restart job, restart counter is at/;
/** What the kubelet tells of its own start. */
const STARTS = new Set(["Starting", "Rebooted"]);

/** Whether the machine, or Kubernetes on it, started so short ago that what is not there yet is only starting. */
export function isStartingAgain({ host, events }: Pick<Snapshot, "host" | "events">, nowMs: number): boolean {
  const isFresh = (time: string | undefined) =>
    time !== undefined && nowMs - timeMs(time) < START_PATIENCE_MS;
  return isFresh(host.bootedAt) ||
    events.some((it) => it.kind === "Node" && STARTS.has(it.reason) && isFresh(it.lastAt));
}

/** The service of Kubernetes began to start so short ago that nothing can be expected of it yet, and it has not failed again and again. */
export function isServiceStarting({ host, api }: Pick<Snapshot, "host" | "api">, nowMs: number): boolean {
  const silentMs = nowMs - timeMs(api.lastContactAt ?? api.since ?? new Date(nowMs).toISOString());
  if (silentMs >= SILENCE_PATIENCE_MS) return false;
  const start = host.journal.findLast((it) => SERVICE_STARTS.test(it.text));
  if (start === undefined || nowMs - timeMs(start.at) >= SERVICE_PATIENCE_MS) return false;
  const last = host.journal.findLast((it) => /^(?:Starting |k3s\.service: Failed with result)/.test(it.text));
  if (last !== start) return false; // it has ended since
  return host.journal.filter((it) => SERVICE_RESTARTS.test(it.text)).length <
    LOOP_STARTS;
}
