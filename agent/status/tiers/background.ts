import { HELM_RELEASES } from "../../product/helm_releases.ts";
import { COMPONENTS } from "../../product/components.ts";
import { condition, workloadConditions } from "./condition.ts";
import { fluxCondition } from "./platform.ts";
import { currentCondition, type FluxFacts } from "../../facts/flux.ts";
import { ageMs } from "../../text/duration.ts";
import type { Facts } from "../../facts/facts.ts";
import type { Condition } from "../document.ts";

const BACKGROUND_RELEASES = ["temporal", "email-service", "workflow-worker", "temporal-worker"];

/** Flux takes Ready back whenever it looks again, and a step that waits for another does so too. */
const STEP_PATIENCE_MS = 5 * 60_000;

/** Conditions: the services in the background work. */
export function backgroundConditions(facts: Facts): Condition[] {
  return [
    ...workloadConditions(facts, COMPONENTS.filter((it) => it.tier === "background")),
    ...BACKGROUND_RELEASES.map((it) =>
      fluxCondition(facts, "HelmRelease", it, `Release part "${it}" installed`)
    ),
  ];
}

/** Conditions: nothing at all is left to do, without the tiers below. */
export function fullHealthConditions(facts: Facts, openProblems: number): Condition[] {
  return [
    ...HELM_RELEASES.filter((it) => !BACKGROUND_RELEASES.includes(it))
      .map((it) => fluxCondition(facts, "HelmRelease", it, `Release part "${it}" installed`)),
    ...facts.fluxObjects.filter((it) => it.kind === "Kustomization" && it.name !== "alga-platform")
      .map((it) => stepCondition(facts, it)),
    drift(facts),
    openProblems === 0
      ? condition("problems", "No open problems", "ready", "Nothing needs attention")
      : condition("problems", "No open problems", "failed", `${openProblems} open`),
  ];
}

/** A step of the release; one that Flux has just begun to look at again is as it was. */
function stepCondition(facts: Facts, it: FluxFacts): Condition {
  const id = `Kustomization/${it.name}`;
  const title = `Release step "${it.name}" done`;
  const ready = currentCondition(it, "Ready");
  const isPassing = ready !== undefined && ready.status !== "True" &&
    ageMs(ready.since, facts.nowMs) < STEP_PATIENCE_MS && facts.snapshot.remembered.loginReadyOnce;
  if (isPassing && !it.suspended) return condition(id, title, "ready", `${id} is being looked at again`);
  return fluxCondition(facts, "Kustomization", it.name, title);
}

/** What runs is what was chosen. Compared by container name. */
function drift(facts: Facts): Condition {
  const title = "The chosen version runs";
  const wanted = facts.snapshot.appValues?.serverImage;
  const runs = facts.state("alga-core")?.workload?.images["sebastian"];
  if (wanted === undefined || runs === undefined) {
    return condition("drift", title, "waiting", "Not known yet");
  }
  return wanted === runs || runs.endsWith(`/${wanted}`)
    ? condition("drift", title, "ready", runs)
    : condition("drift", title, "failed", `${runs} runs, ${wanted} was chosen`);
}
