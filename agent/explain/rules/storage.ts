import { NAMESPACES } from "../../product/names.ts";
import { newest, timeOf } from "../../facts/event_order.ts";
import { type Component, COMPONENTS } from "../../product/components.ts";
import { componentOfPod } from "../../facts/component_of_pod.ts";
import type { Facts } from "../../facts/facts.ts";
import type { PvcView } from "../../facts/snapshot.ts";
import { ageMs } from "../../text/duration.ts";
import { NODE } from "../../causes/node.ts";
import { STORAGE } from "../../causes/storage.ts";
import { clip } from "../../text/clip.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { podEvidence } from "../pod_evidence.ts";

/** The provisioner needs a helper pod per volume; until this it is only busy. */
const PENDING_PATIENCE_MS = 2 * 60_000;
/** The storage service could not make the folder itself. */
const HELPER_TROUBLE = /mkdir|permission denied|helper|create process timeout|read-only|no space left/i;
const EVENT_FRESH_MS = 10 * 60_000;

/** Volumes that stay without storage. Some of the telling events are not warnings. @see cluster.md 5 */
export const claimRule: Rule = {
  causes: [STORAGE.pvcPending, STORAGE.claimLost, STORAGE.provisioner],
  find(facts) {
    if (facts.snapshot.knowledge.pvcs !== "known") return [];
    return facts.snapshot.pvcs.filter((it) => it.phase === "Pending" || it.phase === "Lost")
      .flatMap((it) => explainClaim(facts, it));
  },
};

function explainClaim(facts: Facts, claim: PvcView): Finding[] {
  const { snapshot } = facts;
  const events = facts.eventsOf("PersistentVolumeClaim", claim.namespace, claim.name);
  const failed = newest(events.filter((it) => it.reason === "ProvisioningFailed"));
  // Said again every few seconds as long as it is true.
  const noClass = newest(
    events.filter((it) => it.reason === "FailedBinding" && facts.nowMs - timeOf(it) < EVENT_FRESH_MS),
  );
  const waiting = newest(events.filter((it) => it.reason === "ExternalProvisioning"));
  const classKnown = snapshot.knowledge.storageClasses === "known";
  const classMissing = classKnown &&
    !snapshot.storageClasses.some((it) =>
      claim.storageClass === undefined ? it.isDefault : it.name === claim.storageClass
    );
  const age = ageMs(claim.createdAt, facts.nowMs);
  const component = componentOfClaim(facts, claim);
  const base = {
    tier: component.tier === "login" || component.tier === "bootstrap" ? "core" as const : component.tier,
    component: component.name,
    since: claim.createdAt,
    key: `${claim.namespace}/${claim.name}`,
  };
  const words = { component: component.title, volume: claim.name };
  const evidence = (message: string) => [
    { label: "Object", text: `PersistentVolumeClaim ${claim.namespace}/${claim.name}` },
    { label: "State", text: claim.phase },
    ...(message === "" ? [] : [{ label: "Message", text: message }]),
  ];
  if (claim.phase === "Lost") {
    return [finding(facts, STORAGE.claimLost, { ...base, words, evidence: evidence("") })];
  }
  if (failed) {
    const helper = HELPER_TROUBLE.test(failed.message);
    return [finding(facts, helper ? STORAGE.provisioner : STORAGE.pvcPending, {
      ...base,
      ...(helper ? { key: "storage" } : {}),
      words: { ...words, detail: clip(failed.message, 240) },
      evidence: evidence(failed.message),
    })];
  }
  if (classMissing || noClass) {
    const detail = noClass?.message ?? `There is no storage class "${claim.storageClass ?? "(default)"}".`;
    return [finding(facts, STORAGE.pvcPending, {
      ...base,
      hard: age > 30_000,
      words: { ...words, detail: clip(detail, 240) },
      evidence: evidence(detail),
    })];
  }
  const storageDown = facts.state("storage")?.ready === false;
  if (waiting && (age > PENDING_PATIENCE_MS || storageDown)) {
    return [finding(facts, STORAGE.provisioner, {
      ...base,
      key: "storage",
      // It stands for the silence of the storage service too.
      ...(storageDown ? { component: "storage", covers: [base.component] } : {}),
      hard: storageDown || age > PENDING_PATIENCE_MS,
      words: { ...words, detail: "" },
      evidence: evidence(waiting.message),
    })];
  }
  // A claim without a consumer waits on purpose.
  const consumed = facts.unwellPods.some(({ pod }) =>
    pod.namespace === claim.namespace && pod.claims.includes(claim.name) && pod.nodeName !== ""
  );
  if (consumed && age > 2 * PENDING_PATIENCE_MS) {
    return [finding(facts, STORAGE.pvcPending, {
      ...base,
      words: { ...words, detail: "" },
      evidence: evidence(newest(events)?.message ?? ""),
    })];
  }
  return [];
}

function componentOfClaim(facts: Facts, claim: PvcView): Component {
  const user = facts.unwellPods.find(({ pod }) =>
    pod.namespace === claim.namespace && pod.claims.includes(claim.name)
  );
  if (user) return componentOfPod(user.pod);
  const byName = claim.name.includes("postgres")
    ? "db"
    : claim.name.includes("redis")
    ? "redis"
    : "alga-core";
  const known = claim.namespace === NAMESPACES.app ? byName : "storage";
  return COMPONENTS.find((it) => it.name === known) as Component;
}

/** Volumes and pod networks that could not be set up; the container only says "ContainerCreating". */
export const mountRule: Rule = {
  causes: [STORAGE.mount, NODE.noPodNetwork],
  find(facts) {
    return facts.unwellPods.flatMap(({ pod, component, events }): Finding[] => {
      const creating = pod.containers.some((it) =>
        it.state.kind === "waiting" &&
        (it.state.reason === "ContainerCreating" || it.state.reason === "PodInitializing")
      );
      const begun = pod.containers.some((it) =>
        it.state.kind === "running" || it.state.kind === "terminated"
      );
      if (begun || !creating && pod.containers.length > 0) return [];
      const fresh = events.filter((it) => facts.nowMs - timeOf(it) < EVENT_FRESH_MS);
      const sandbox = newest(fresh.filter((it) => it.reason === "FailedCreatePodSandBox"));
      const mounts = fresh.filter((it) => it.reason === "FailedMount" || it.reason === "FailedAttachVolume");
      // Now and then the kubelet adds that it has waited in vain; the cause stands in its other sentence.
      const mount = newest(mounts.filter((it) => !/^Unable to attach or mount volumes/.test(it.message))) ??
        newest(mounts);
      const since = (it: { firstAt: string | undefined }) => it.firstAt ?? pod.createdAt;
      if (mount) {
        const name = /(?:secret|configmap) "([^"]+)" not found/i.exec(mount.message)?.[1] ?? "";
        return [finding(facts, STORAGE.mount, {
          tier: component.tier,
          component: component.name,
          since: since(mount),
          words: { component: component.title, missing: name, detail: clip(mount.message, 240) },
          evidence: podEvidence(pod, mount.message),
        })];
      }
      if (sandbox && /network|cni/i.test(sandbox.message)) {
        return [finding(facts, NODE.noPodNetwork, {
          since: since(sandbox),
          hard: ageMs(since(sandbox), facts.nowMs) > 60_000,
          words: { detail: clip(sandbox.message, 240) },
          evidence: podEvidence(pod, sandbox.message),
        })];
      }
      return [];
    });
  },
};
