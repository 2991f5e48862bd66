import { timeOf } from "../facts/event_order.ts";
import type { Facts } from "../facts/facts.ts";
import type { EventView, PodView } from "../facts/snapshot.ts";
import { timeMs } from "../text/time.ts";

const EVENT_FRESH_MS = 10 * 60_000;

/** Of a pod of which nothing runs yet, or again; what was said before its last container ran or its sandbox stood is over. */
export function currentEvents(
  facts: Facts,
  pod: PodView,
  events: readonly EventView[],
): readonly EventView[] {
  if (pod.containers.some((it) => it.state.kind === "running")) return [];
  const isOver = pod.containers.length > 0 &&
    pod.containers.every((it) =>
      it.state.kind === "waiting" && it.state.reason !== "ContainerCreating" &&
      it.state.reason !== "PodInitializing"
    );
  if (isOver) return [];
  const stoodMs = Math.max(
    timeMs(pod.sandboxReadyAt),
    ...pod.containers.flatMap(({ state }) => state.kind === "terminated" ? [timeMs(state.finishedAt)] : []),
  );
  return events.filter((it) => facts.nowMs - timeOf(it) < EVENT_FRESH_MS && timeOf(it) > stoodMs);
}
