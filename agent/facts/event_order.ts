import { timeMs } from "../text/time.ts";
import type { EventView } from "./snapshot.ts";

/** Time of the last sighting of an event, in ms; 0 when it has none. */
export function timeOf(event: EventView): number {
  return timeMs(event.lastAt);
}

/**
 * Whether one event comes after another. Events know no parts of a second: of the same second the one whose texts come later
 * counts as the newer, so that the order in which they are listed decides nothing.
 */
export function compareEvents(a: EventView, b: EventView): number {
  return timeOf(a) - timeOf(b) || timeMs(a.firstAt) - timeMs(b.firstAt) || a.count - b.count ||
    order(a.reason, b.reason) || order(a.message, b.message) || order(a.type, b.type) ||
    order(a.container ?? "", b.container ?? "") ||
    order(`${a.kind}/${a.namespace}/${a.name}/${a.uid}`, `${b.kind}/${b.namespace}/${b.name}/${b.uid}`);
}

/** The event seen last. */
export function newest(events: readonly EventView[]): EventView | undefined {
  return events.reduce<EventView | undefined>(
    (best, it) => best && compareEvents(best, it) >= 0 ? best : it,
    undefined,
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
