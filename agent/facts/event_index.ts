import { timeMs } from "../text/time.ts";
import { compareEvents } from "./event_order.ts";
import type { EventView } from "./snapshot.ts";

/** Events by the object that they are about, each object's in the order in which they happened; sorted when first asked for. */
export function indexEvents(
  events: readonly EventView[],
): (kind: string, namespace: string, name: string) => readonly EventView[] {
  const byObject = new Map<string, EventView[]>();
  for (const event of events) {
    const key = `${event.kind}/${event.namespace}/${event.name}`;
    const list = byObject.get(key);
    if (list) list.push(event);
    else byObject.set(key, [event]);
  }
  const sorted = new Set<string>();
  return (kind, namespace, name) => {
    const key = `${kind}/${namespace}/${name}`;
    const list = byObject.get(key) ?? [];
    if (!sorted.has(key)) {
      sorted.add(key);
      list.sort((a, b) => timeMs(a.firstAt) - timeMs(b.firstAt) || compareEvents(a, b));
    }
    return list;
  };
}
