import type { ConditionView, PodView, PvcView } from "../../facts/snapshot.ts";
import { componentOfPod } from "../../facts/component_of_pod.ts";
import type { Facts } from "../../facts/facts.ts";
import { inOrder, objectKey } from "../../facts/in_order.ts";
import { timeMs } from "../../text/time.ts";
import { ageMs } from "../../text/duration.ts";
import { SCHEDULING } from "../../causes/scheduling.ts";
import { STORAGE } from "../../causes/storage.ts";
import { clip } from "../../text/clip.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { podEvidence } from "../pod_evidence.ts";

/** A claim that waits for its volume tells that itself; the scheduler's word counts only when nobody does. */
const CLAIM_PATIENCE_MS = 10 * 60_000;
/** The scheduler looks again within moments of a new claim; nothing is said of one that it does not take for longer. */
const MADE_AGAIN_PATIENCE_MS = 3 * 60_000;
/** Times of objects and conditions are of whole seconds, and made by different programs. */
const SAME_MOMENT_MS = 60_000;
/** Not even looked at: Kubernetes has no scheduler that works. */
const UNSEEN_PATIENCE_MS = 5 * 60_000;
const REJECTED_FRESH_MS = 10 * 60_000;
/** What people call what the scheduler counts. What is not here is quoted. */
const RESOURCE_WORDS: Readonly<Record<string, string>> = {
  "cpu": "processor power",
  "memory": "memory",
  "ephemeral-storage": "disk space",
};

/** Pods for which there is no place: each reason that the scheduler gives is known by name, or quoted. */
export const schedulingRule: Rule = {
  causes: [...Object.values(SCHEDULING), STORAGE.claimMissing, STORAGE.claimLost],
  find(facts) {
    return facts.unwellPods.flatMap(({ pod, component }): Finding[] => {
      const condition = pod.conditions.find((it) => it.type === "PodScheduled" && it.status === "False") ??
        unseen(pod, facts.nowMs);
      if (!condition) return [];
      // What follows "preemption:" tells of a second thought, in the same words.
      const message = condition.message.split(/ preemption: /)[0] ?? "";
      const about = {
        tier: component.tier,
        component: component.name,
        since: condition.since,
        evidence: podEvidence(pod, clip(condition.message, 600), condition.since),
      };
      const words = { component: component.title };
      const lacking = lackingOf(message);
      if (lacking.length > 0) {
        return [finding(facts, SCHEDULING.resources, {
          ...about,
          key: `resources ${component.name}`,
          words: { ...words, lacking: lacking.join(" and ") },
        })];
      }
      if (/free ports/.test(message)) {
        return [
          finding(facts, SCHEDULING.port, { ...about, words: { ...words, ...portHolder(facts, pod) } }),
        ];
      }
      if (/volume node affinity conflict/.test(message)) {
        return [finding(facts, SCHEDULING.volumeElsewhere, { ...about, words })];
      }
      if (/bound to non-existent (?:persistentvolume|pv)/i.test(message)) {
        const volume = /persistentvolumeclaim "([^"]{1,253})" bound/i.exec(message)?.[1] ?? pod.claims[0] ??
          "";
        return [
          finding(facts, STORAGE.claimLost, {
            ...about,
            key: `${pod.namespace}/${volume}`,
            words: { ...words, volume },
          }),
        ];
      }
      const claim = /persistentvolumeclaim "([^"]{1,253})" (?:not found|is being deleted)/i
        .exec(message)?.[1];
      // It was made since: the scheduler says so only when it looks again, and the claim speaks for itself. One that ends is going.
      const isGone = /not found/i.test(message);
      const made = isGone && claim !== undefined &&
        madeSince(facts, { ...pod, claim, since: condition.since });
      if (made) {
        return ageMs(made.createdAt, facts.nowMs) < MADE_AGAIN_PATIENCE_MS
          ? []
          : [finding(facts, SCHEDULING.unplaced, { ...about, words })];
      }
      if (claim !== undefined) {
        return [finding(facts, STORAGE.claimMissing, { ...about, words: { ...words, volume: claim } })];
      }
      if (/untolerated taint|were unschedulable/.test(message)) {
        const mark = foreignMark(facts, message);
        const nodeName = facts.node?.name ?? facts.snapshot.nodes[0]?.name ?? "";
        return [
          finding(facts, SCHEDULING.taint, {
            ...about,
            isLate: mark !== "",
            words: { ...words, mark, node: nodeName },
          }),
        ];
      }
      const waitsForClaim = /unbound immediate PersistentVolumeClaims|waiting for (?:a |ephemeral )?volume/i
        .test(
          message,
        );
      if (waitsForClaim && ageMs(condition.since, facts.nowMs) < CLAIM_PATIENCE_MS) return [];
      return [finding(facts, SCHEDULING.unplaced, { ...about, words })];
    });
  },
};

/** Key of a taint that somebody set; "" where Kubernetes set it, and takes it away itself. */
function foreignMark({ snapshot }: Facts, message: string): string {
  if (!/untolerated taint/.test(message)) return "";
  const told = [...message.matchAll(/untolerated taint\(?s?\)? \{([\w./-]{1,200}):/g)].map((it) =>
    it[1] ?? ""
  );
  const keys = told.length > 0 ? told : snapshot.nodes.flatMap((it) => it.taints);
  return keys.find((it) => it !== "" && !/^node(?:\.[\w-]{1,40})?\.kubernetes\.io\//.test(it)) ?? "";
}

/** Who has the port that a pod wants: as a rule the instance before it. */
function portHolder(facts: Facts, pod: PodView): { holder: string; command: string } {
  const others = inOrder(
    facts.snapshot.pods.filter((it) =>
      it.uid !== pod.uid && it.nodeName !== "" && it.phase !== "Succeeded" && it.phase !== "Failed"
    ),
    objectKey,
  );
  const own = others.filter((it) =>
    it.namespace === pod.namespace && it.owner !== undefined && it.owner.kind === pod.owner?.kind &&
    it.owner.name === pod.owner.name
  );
  if (own.some((it) => it.deletedAt !== undefined)) return { holder: "stopping", command: "" };
  const [previous] = own;
  if (previous !== undefined) {
    const command = `k3s kubectl delete pod -n ${previous.namespace} ${previous.name}`;
    return { holder: "previous", command };
  }
  const sharing = others.find((it) => it.hostPorts?.some((port) => pod.hostPorts?.includes(port)));
  return { holder: sharing === undefined ? "" : componentOfPod(sharing).title, command: "" };
}

/** Pods that were placed and that the kubelet would not take: they end at once, and new ones come. */
export const rejectedRule: Rule = {
  causes: [SCHEDULING.resources, SCHEDULING.unplaced, SCHEDULING.port],
  find(facts) {
    return facts.components.flatMap(({ component, ready }): Finding[] => {
      if (ready !== false) return [];
      const rejected = inOrder(
        facts.snapshot.pods.filter((it) =>
          it.phase === "Failed" && it.containers.every((one) => one.state.kind !== "terminated") &&
          it.reason !== "" && it.reason !== "Evicted" && it.reason !== "AppArmor" &&
          componentOfPod(it) === component &&
          ageMs(it.createdAt, facts.nowMs) < REJECTED_FRESH_MS
        ),
        objectKey,
      );
      const last = rejected.toSorted((a, b) => timeMs(a.createdAt) - timeMs(b.createdAt)).at(-1);
      if (last === undefined) return [];
      const word = RESOURCE_WORDS[/^OutOf([\w-]{1,40})$/.exec(last.reason)?.[1] ?? ""];
      const about = {
        tier: component.tier,
        component: component.name,
        since: last.createdAt,
        hard: rejected.length > 1,
        evidence: podEvidence(last, last.message, last.createdAt),
      };
      // The kubelet looks for itself: the instance before this one may still be stopping. @see kubernetes v1.36.3 pkg/kubelet/lifecycle/predicate.go:218
      if (last.reason === "NodePorts") {
        const words = { component: component.title, ...portHolder(facts, last) };
        return [finding(facts, SCHEDULING.port, { ...about, words })];
      }
      return [
        word === undefined
          ? finding(facts, SCHEDULING.unplaced, { ...about, words: { component: component.title } })
          : finding(facts, SCHEDULING.resources, {
            ...about,
            key: `resources ${component.name}`,
            words: { component: component.title, lacking: word },
          }),
      ];
    });
  },
};

/** In the words of people; empty where one of them is a name that they cannot know. */
function lackingOf(message: string): string[] {
  const names = [...message.matchAll(/Insufficient ([\w./-]{0,200}\w)/g)].map((it) =>
    RESOURCE_WORDS[it[1] ?? ""]
  );
  return names.includes(undefined) ? [] : [...new Set(names)].flatMap((it) => it ?? []);
}

function unseen(pod: PodView, nowMs: number): ConditionView | undefined {
  const isUnseen = pod.phase === "Pending" && pod.nodeName === "" && pod.containers.length === 0 &&
    !pod.conditions.some((it) => it.type === "PodScheduled");
  if (!isUnseen || ageMs(pod.createdAt, nowMs) < UNSEEN_PATIENCE_MS) return undefined;
  return {
    type: "PodScheduled",
    status: "False",
    reason: "",
    message: "The scheduler has said nothing of it",
    since: pod.createdAt,
    observedGeneration: undefined,
  };
}

/** The claim of this name that waits for its volume, if it is younger than what is said of it. */
function madeSince(
  { snapshot }: Facts,
  { namespace, claim, since }: { namespace: string; claim: string; since: string | undefined },
): PvcView | undefined {
  return snapshot.pvcs.find((it) =>
    it.namespace === namespace && it.name === claim && it.phase === "Pending" && since !== undefined &&
    timeMs(it.createdAt) >= timeMs(since) - SAME_MOMENT_MS
  );
}
