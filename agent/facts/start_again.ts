import { timeMs } from "../text/time.ts";
import type { Snapshot } from "./snapshot.ts";

/** So long after its start a machine may still be bringing back what it ran before. */
const START_PATIENCE_MS = 3 * 60_000;
/** What the kubelet tells of its own start. */
const STARTS = new Set(["Starting", "Rebooted"]);

/** Whether the machine, or Kubernetes on it, started so short ago that what is not there yet is only starting. */
export function isStartingAgain({ host, events }: Pick<Snapshot, "host" | "events">, nowMs: number): boolean {
  const isFresh = (time: string | undefined) =>
    time !== undefined && nowMs - timeMs(time) < START_PATIENCE_MS;
  return isFresh(host.bootedAt) ||
    events.some((it) => it.kind === "Node" && STARTS.has(it.reason) && isFresh(it.lastAt));
}
