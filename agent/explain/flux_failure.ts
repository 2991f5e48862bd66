import { timeOf } from "../facts/event_order.ts";
import type { Facts } from "../facts/facts.ts";
import { currentCondition, type FluxFacts, wasCutShort } from "../facts/flux.ts";
import type { ConditionView, FluxView } from "../facts/snapshot.ts";
import { ageMs } from "../text/duration.ts";

/** As long as the slowest part may take to install. */
export const PART_PATIENCE_MS = 45 * 60_000;
/** A new try that fails like the one before does so within this. */
const RETRY_MS = 60_000;
/** A look that was cut short is made again within this, several times over. @see flux/base/layers.yaml */
const CUT_SHORT_PATIENCE_MS = 10 * 60_000;
/** Parts wait for parts that wait for releases; what goes on from there waits in a circle. */
const DEEPEST = 2;

/** What the conditions of a Flux object say is wrong with it. */
export function readyFailure(object: FluxView): ConditionView | undefined {
  const stalled = currentCondition(object, "Stalled");
  const ready = currentCondition(object, "Ready");
  if (ready?.status === "False") return ready;
  return stalled?.status === "True" ? stalled : undefined;
}

/**
 * What is wrong with a Kustomization or HelmRelease, also while it is tried again. A health check that waited for nothing but parts
 * of Flux is not a failure of its own: each of them speaks for itself, and Flux looks again at its own interval.
 */
export function partFailure(facts: Facts, object: FluxFacts): ConditionView | undefined {
  const failure = failureNowOrBefore(facts, object);
  return failure && isPassing(facts, failure, 0) ? undefined : failure;
}

function failureNowOrBefore(facts: Facts, object: FluxFacts): ConditionView | undefined {
  return readyFailure(object) ?? failureBefore(facts, object);
}

/**
 * While it tries again, the object says nothing of the failure before: neither is it over nor may it vanish for that moment. A health
 * check is waited for again as long as last time.
 */
function failureBefore(facts: Facts, object: FluxFacts): ConditionView | undefined {
  const ready = currentCondition(object, "Ready");
  if (ready?.status !== "Unknown") return undefined;
  const isNew = ageMs(ready.since, facts.nowMs) < RETRY_MS;
  if (object.kind === "HelmRelease") {
    const released = currentCondition(object, "Released");
    return isNew && released?.status === "False" ? released : undefined;
  }
  const last = object.failure;
  // What a newer release interrupted did not fail.
  if (last === undefined || last.reason === "HealthCheckCanceled") return undefined;
  // Another release may well be healthy.
  const { releaseSource: fetched } = facts;
  const artifact = fetched && currentCondition(fetched, "ArtifactInStorage");
  if (artifact?.since !== undefined && Date.parse(artifact.since) > timeOf(last)) return undefined;
  if (!isNew && last.reason !== "HealthCheckFailed") return undefined;
  return { ...ready, status: "False", reason: last.reason, message: last.message, since: last.firstAt };
}

/** Whether a look was cut short a while ago, or all that a failed health check waited for are parts of Flux that are ready or on their way. */
function isPassing(facts: Facts, condition: ConditionView, depth: number): boolean {
  const { reason, message, since } = condition;
  if (wasCutShort(condition)) return since !== undefined && ageMs(since, facts.nowMs) < CUT_SHORT_PATIENCE_MS;
  if (reason !== "HealthCheckFailed") return false;
  return awaitedParts(facts, message).every((it) => it !== undefined && isOnItsWay(facts, it, depth));
}

/** Ready, or getting there with nothing wrong, and not for ever. */
function isOnItsWay(facts: Facts, part: FluxFacts, depth: number): boolean {
  if (part.isReady) return true;
  const ready = currentCondition(part, "Ready");
  if (ready?.since === undefined || part.suspended) return false;
  if (ageMs(ready.since, facts.nowMs) >= PART_PATIENCE_MS) return false;
  const failure = failureNowOrBefore(facts, part);
  return failure === undefined || failure.reason === "DependencyNotReady" ||
    depth < DEEPEST && isPassing(facts, failure, depth + 1);
}

/** What stands in the list of a health check that waited in vain; "" where it has none, or was cut off. */
export function awaitedNames(message: string): string {
  return /\[([^[\]]*)\]/.exec(message)?.[1] ?? "";
}

/** The objects in a list like "[Kind/namespace/name status: 'InProgress', …]"; `undefined` for one that is not a known part, and for a list that was cut off. */
function awaitedParts(facts: Facts, message: string): (FluxFacts | undefined)[] {
  return awaitedNames(message).split(", ").map((entry) => {
    const [, kind, namespace, name = ""] =
      /^(Kustomization|HelmRelease)\/([\w.-]+)\/([\w.-]+) status: '\w+'$/.exec(entry) ?? [];
    const part = facts.flux(kind as FluxView["kind"], name);
    return part?.namespace === namespace ? part : undefined;
  });
}
