import type { Cause } from "../../causes/cause.ts";
import { KERNEL } from "../../causes/kernel.ts";
import { componentOfPod } from "../../facts/component_of_pod.ts";
import { newest } from "../../facts/event_order.ts";
import type { Facts } from "../../facts/facts.ts";
import type { PodView } from "../../facts/snapshot.ts";
import type { Component } from "../../product/components.ts";
import { clip } from "../../text/clip.ts";
import { currentEvents } from "../current_events.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import {
  APPARMOR,
  FILE_WATCHES,
  KERNEL_KEYS,
  OPEN_FILES,
  OPEN_FILES_OF_ALL,
  PROCESS_LIMIT,
} from "../kernel_words.ts";
import { podEvidence } from "../pod_evidence.ts";

/** What a limit of the kernel lets programs say, and what makes containers; first match wins. */
const LIMITS: readonly { cause: Cause<Record<never, never>>; program?: RegExp; runtime: RegExp }[] = [
  { cause: KERNEL.fileWatches, program: FILE_WATCHES, runtime: FILE_WATCHES },
  { cause: KERNEL.keys, runtime: KERNEL_KEYS },
  { cause: KERNEL.processes, program: PROCESS_LIMIT, runtime: PROCESS_LIMIT },
  // A program may have a limit of its own for what it holds open.
  { cause: KERNEL.openFiles, program: OPEN_FILES_OF_ALL, runtime: OPEN_FILES },
  { cause: KERNEL.appArmor, runtime: APPARMOR },
];

/** Limits of the kernel, whoever meets them: a program, what makes its container, or its surroundings. */
export const kernelRule: Rule = {
  causes: LIMITS.map((it) => it.cause),
  find(facts) {
    return [...fromContainers(facts), ...fromSurroundings(facts), ...fromRefusals(facts)];
  },
};

function fromContainers(facts: Facts): Finding[] {
  return facts.problems.flatMap((problem): Finding[] => {
    if (problem.kind === "not-ready") return [];
    const { pod, component, container, since, text } = problem;
    const begun = problem.kind === "crash" && !/^(?:StartError|RunContainerError)$/.test(problem.reason);
    // A program that only ended once says nothing of the machine.
    if (begun && !problem.loop) return [];
    const lines = begun ? [text, ...facts.logOf(pod, container.name)] : [text];
    return lines.toReversed().flatMap((line) => told(facts, { line, begun, pod, component, since }))
      .slice(0, 1);
  });
}

function fromSurroundings(facts: Facts): Finding[] {
  return facts.unwellPods.flatMap(({ pod, component, events }): Finding[] => {
    const last = newest(
      currentEvents(facts, pod, events).filter((it) => /^Failed(?:Create|Start)?PodSandBox$/.test(it.reason)),
    );
    if (!last) return [];
    const since = last.firstAt ?? pod.createdAt;
    return told(facts, { line: last.message, begun: false, pod, component, since });
  });
}

/** The kubelet looks at some of it before it takes a pod at all. */
function fromRefusals(facts: Facts): Finding[] {
  return facts.components.flatMap(({ component, ready }): Finding[] => {
    if (ready !== false) return [];
    const pod = facts.snapshot.pods.findLast((it) =>
      it.phase === "Failed" && it.reason === "AppArmor" && componentOfPod(it) === component
    );
    if (!pod) return [];
    return told(facts, { line: pod.message, begun: false, pod, component, since: pod.createdAt });
  });
}

function told(
  facts: Facts,
  { line, begun, pod, component, since }: {
    line: string;
    /** Said by the program itself. */
    begun: boolean;
    pod: PodView;
    component: Component;
    since: string | undefined;
  },
): Finding[] {
  const limit = LIMITS.find((it) => (begun ? it.program : it.runtime)?.test(line));
  if (limit === undefined) return [];
  return [finding(facts, limit.cause, {
    tier: component.tier,
    component: component.name,
    key: "node",
    since,
    evidence: podEvidence(pod, clip(line, 600)),
  })];
}
