import { newest, timeOf } from "../../facts/event_order.ts";
import type { Facts } from "../../facts/facts.ts";
import type { EventView, JobView, WorkloadView } from "../../facts/snapshot.ts";
import { COMPONENTS } from "../../product/components.ts";
import { CONFIG } from "../../causes/config.ts";
import { clip } from "../../text/clip.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { explainRefusal, REFUSALS } from "./refusals.ts";

/** A controller whose pods are refused asks again ever more rarely. */
const EVENT_FRESH_MS = 30 * 60_000;

/** Who was refused, and what was said of it. */
interface Refusal {
  object: string;
  message: string;
  since: string | undefined;
  at: string | undefined;
}

/** Parts whose pods the API server does not let in: there is no pod then that could tell anything. */
export const refusedRule: Rule = {
  causes: [...REFUSALS.map((it) => it.cause), CONFIG.refused],
  find(facts) {
    if (!facts.live) return [];
    return COMPONENTS.flatMap((component): Finding[] => {
      const { workload, ready } = facts.state(component.name) ?? {};
      const { job, jobState } = facts.bootstrap;
      const refusal = component.kind === "Job"
        ? job && jobState === "running" ? refusalOfJob(facts, job) : undefined
        : workload && ready === false
        ? refusalOf(facts, workload)
        : undefined;
      if (!refusal) return [];
      const known = explainRefusal(refusal.message);
      return [finding(facts, known?.cause ?? CONFIG.refused, {
        tier: component.tier,
        component: component.name,
        since: refusal.since,
        words: { component: component.title, rule: known?.rule ?? "" },
        evidence: [
          { label: "Object", text: refusal.object },
          { label: "Message", text: clip(refusal.message, 600) },
          ...(refusal.at === undefined ? [] : [{ label: "Time", text: refusal.at }]),
        ],
      })];
    });
  },
};

function refusalOf(facts: Facts, { kind, namespace, name, conditions }: WorkloadView): Refusal | undefined {
  const object = `${kind} ${namespace}/${name}`;
  const failure = conditions.find((it) => it.type === "ReplicaFailure" && it.status === "True");
  if (failure) return { object, message: failure.message, since: failure.since, at: failure.since };
  const events = kind === "StatefulSet"
    ? facts.eventsOf(kind, namespace, name)
    : facts.snapshot.events.filter((it) =>
      it.kind === "ReplicaSet" && it.namespace === namespace && it.name.startsWith(`${name}-`) &&
      !it.name.slice(name.length + 1).includes("-")
    );
  return fromEvents(facts, object, events);
}

function refusalOfJob(facts: Facts, { namespace, name, active }: JobView): Refusal | undefined {
  if (active > 0) return undefined;
  return fromEvents(facts, `Job ${namespace}/${name}`, facts.eventsOf("Job", namespace, name));
}

function fromEvents(facts: Facts, object: string, events: readonly EventView[]): Refusal | undefined {
  const last = newest(
    events.filter((it) => it.reason === "FailedCreate" && facts.nowMs - timeOf(it) < EVENT_FRESH_MS),
  );
  const made = newest(events.filter((it) => it.reason === "SuccessfulCreate"));
  if (!last || made && timeOf(made) > timeOf(last)) return undefined;
  return { object, message: last.message, since: last.firstAt, at: last.lastAt };
}
