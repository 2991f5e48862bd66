import { componentOfPod } from "../../facts/component_of_pod.ts";
import { stateOfJob } from "../../facts/bootstrap.ts";
import type { JobView } from "../../facts/snapshot.ts";
import { type Component, componentByName, componentsOfRelease } from "../../product/components.ts";
import { BOOTSTRAP_JOB, isOwnNamespace } from "../../product/names.ts";
import { APP } from "../../causes/app.ts";
import { ageMs, durationText } from "../../text/duration.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { podEvidence } from "../pod_evidence.ts";

/** Longer than any part of Alga asks for. The time of a pod's end includes what it was given. */
const END_PATIENCE_MS = 10 * 60_000;

/** Pods that are to end and do not. */
export const endingRule: Rule = {
  causes: [APP.notEnding],
  find(facts) {
    if (!facts.live) return [];
    return facts.snapshot.pods.flatMap((pod): Finding[] => {
      const age = ageMs(pod.deletedAt, facts.nowMs);
      if (pod.deletedAt === undefined || age < END_PATIENCE_MS || !isOwnNamespace(pod.namespace)) {
        return [];
      }
      const component = componentOfPod(pod);
      return [finding(facts, APP.notEnding, {
        tier: component.tier,
        component: component.name,
        since: pod.deletedAt,
        words: { component: component.title, age: durationText(age) },
        evidence: [...podEvidence(pod, pod.message), { label: "To end since", text: pod.deletedAt }],
      })];
    });
  },
};

/** One-time tasks that failed for good, other than the first-time setup. */
export const taskRule: Rule = {
  causes: [APP.taskFailed],
  find(facts) {
    if (!facts.live || facts.snapshot.knowledge.jobs !== "known") return [];
    return facts.snapshot.jobs.flatMap((job): Finding[] => {
      if (job.name === BOOTSTRAP_JOB || !isOwnNamespace(job.namespace)) return [];
      if (stateOfJob(job) !== "failed") return [];
      const condition = job.conditions.find((it) =>
        (it.type === "Failed" || it.type === "FailureTarget") && it.status === "True"
      );
      const component = componentOfJob(job);
      return [finding(facts, APP.taskFailed, {
        tier: component?.tier ?? "background",
        component: component?.name ?? job.name,
        key: `${job.namespace}/${job.name}`,
        since: condition?.since ?? job.finishedAt,
        words: {
          component: component?.title ?? `"${job.name}"`,
          task: job.name,
          isLate: condition?.reason === "DeadlineExceeded",
        },
        evidence: [
          { label: "Object", text: `Job ${job.namespace}/${job.name}` },
          ...(condition === undefined ? [] : [
            { label: "State", text: condition.reason },
            { label: "Message", text: condition.message },
            ...(condition.since === undefined ? [] : [{ label: "Time", text: condition.since }]),
          ]),
        ],
      })];
    });
  },
};

function componentOfJob({ name, release }: JobView): Component | undefined {
  if (name.startsWith("temporal-namespace-init")) return componentByName("temporal");
  const [, releaseName = ""] = (release ?? "").split("/");
  const [first] = componentsOfRelease(releaseName);
  return first === undefined ? undefined : componentByName(first);
}
