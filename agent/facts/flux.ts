import { timeMs } from "../text/time.ts";
import { newest, timeOf } from "./event_order.ts";
import type { ConditionView, EventView, FluxView } from "./snapshot.ts";

/** A Flux object with what follows from it, computed once. */
export interface FluxFacts extends FluxView {
  /** Ready=True for what is wanted now, or so until Flux began to look again. */
  isReady: boolean;
  /** The failure that Flux told of last, unless it is over. A success leaves no event, so a failure's may be the newest for long. */
  failure: EventView | undefined;
}

/** Name of the source that the appliance's release is fetched from. */
const RELEASE_SOURCE = "alga-appliance";

/** Computes all of it, for every object. Pure. */
export function makeFluxFacts(
  objects: readonly FluxView[],
  eventsOf: (kind: string, namespace: string, name: string) => readonly EventView[],
): readonly FluxFacts[] {
  const source = releaseSource(objects);
  return objects.map((it) => {
    const failure = failureOf(it, eventsOf(it.kind, it.namespace, it.name));
    return { ...it, isReady: isReady(it, { source, failure }), failure };
  });
}

/** Where the appliance's release is fetched from. */
export function releaseSource<T extends FluxView>(objects: readonly T[]): T | undefined {
  return objects.find((it) => it.kind === "OCIRepository" && it.name === RELEASE_SOURCE);
}

/** A condition of the newest generation, `undefined` when it is stale or absent. */
export function currentCondition(flux: FluxView, type: string): ConditionView | undefined {
  const condition = flux.conditions.find((it) => it.type === type);
  if (!condition) return undefined;
  const observed = condition.observedGeneration ?? flux.observedGeneration;
  return observed >= flux.generation ? condition : undefined;
}

type Known = { source: FluxView | undefined; failure: EventView | undefined };

function isReady(flux: FluxView, known: Known): boolean {
  const ready = currentCondition(flux, "Ready");
  if (ready?.status === "Unknown") return isLookedAtAgain(flux, ready, known);
  return ready?.status === "True" &&
    (flux.kind !== "HelmRelease" || flux.observedGeneration >= flux.generation);
}

/**
 * Flux takes a Kustomization's Ready back whenever it begins to look, also where nothing has changed: what was found last holds
 * until that look has ended. Seen of kustomize-controller 1.9.
 */
function isLookedAtAgain(flux: FluxView, ready: ConditionView, { source, failure }: Known): boolean {
  if (flux.kind !== "Kustomization" || ready.reason !== "Progressing") return false;
  const isWanted = flux.observedGeneration >= flux.generation && flux.revision !== undefined &&
    flux.revision === source?.revision;
  return isWanted && flux.succeededAt !== undefined && failure === undefined;
}

/**
 * Whether Flux could not look to the end, as when the API server goes away meanwhile. That says nothing of what it looked at:
 * "failed to update status: timed out waiting for the condition", and a health check that names nothing it waited for.
 */
export function wasCutShort({ reason, message }: { reason: string; message: string }): boolean {
  return message.startsWith("failed to update status") ||
    reason === "HealthCheckFailed" && !message.includes("[");
}

function failureOf(flux: FluxView, events: readonly EventView[]): EventView | undefined {
  const last = newest(events.filter((it) => !wasCutShort(it)));
  if (last?.type !== "Warning") return undefined;
  const isOver = flux.succeededAt !== undefined && timeMs(flux.succeededAt) >= timeOf(last);
  return isOver ? undefined : last;
}
