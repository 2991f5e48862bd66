import { isOwnNamespace, NAMESPACES } from "../../product/names.ts";
import { newest, timeOf } from "../../facts/event_order.ts";
import { type Component, COMPONENTS } from "../../product/components.ts";
import { componentOfPod } from "../../facts/component_of_pod.ts";
import type { Facts } from "../../facts/facts.ts";
import type { PvcView } from "../../facts/snapshot.ts";
import { ageMs } from "../../text/duration.ts";
import { STORAGE } from "../../causes/storage.ts";
import { type Finding, finding, type Rule } from "../finding.ts";

/** The provisioner needs a helper pod per volume; until this it is only busy. */
const PENDING_PATIENCE_MS = 2 * 60_000;
/** The storage service could not make the folder itself. */
const HELPER_TROUBLE = /mkdir|permission denied|helper|create process timeout|read-only|no space left/i;
const EVENT_FRESH_MS = 10 * 60_000;

/** Volumes that stay without storage. Some of the telling events are not warnings. */
export const claimRule: Rule = {
  causes: [STORAGE.pvcPending, STORAGE.provisioner],
  find(facts) {
    if (facts.snapshot.knowledge.pvcs !== "known") return [];
    return facts.snapshot.pvcs.filter((it) => it.phase === "Pending" && isOwnNamespace(it.namespace))
      .flatMap((it) => explainClaim(facts, it));
  },
};

/** Volumes whose storage was taken away. */
export const lostClaimRule: Rule = {
  causes: [STORAGE.claimLost],
  find(facts) {
    if (facts.snapshot.knowledge.pvcs !== "known") return [];
    return facts.snapshot.pvcs.filter((it) => it.phase === "Lost" && isOwnNamespace(it.namespace)).map(
      (claim) => {
        const { namespace, name } = claim;
        const component = componentOfClaim(facts, claim);
        const told = newest(
          facts.eventsOf("PersistentVolumeClaim", namespace, name).filter((it) => it.reason === "ClaimLost"),
        );
        return finding(facts, STORAGE.claimLost, {
          tier: component.tier === "login" || component.tier === "bootstrap" ? "core" : component.tier,
          component: component.name,
          key: `${namespace}/${name}`,
          since: told?.firstAt,
          words: { component: component.title, volume: name },
          evidence: [
            { label: "Object", text: `PersistentVolumeClaim ${namespace}/${name}` },
            { label: "State", text: "Lost" },
            ...(told === undefined ? [] : [{ label: "Message", text: told.message }]),
          ],
        });
      },
    );
  },
};

function explainClaim(facts: Facts, claim: PvcView): Finding[] {
  const { snapshot } = facts;
  const events = facts.eventsOf("PersistentVolumeClaim", claim.namespace, claim.name);
  const failed = newest(events.filter((it) => it.reason === "ProvisioningFailed"));
  // Said again every few seconds as long as it is true.
  const noClass = newest(
    events.filter((it) =>
      /^(?:FailedBinding|VolumeMismatch)$/.test(it.reason) && facts.nowMs - timeOf(it) < EVENT_FRESH_MS
    ),
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
  if (failed) {
    // What forbids the helper its start is no trouble of the folder.
    const helper = HELPER_TROUBLE.test(failed.message) && !/is forbidden:/.test(failed.message);
    return [finding(facts, helper ? STORAGE.provisioner : STORAGE.pvcPending, {
      ...base,
      ...(helper ? { key: "storage" } : {}),
      words,
      evidence: evidence(failed.message),
    })];
  }
  if (classMissing || noClass) {
    const detail = noClass?.message ?? `There is no storage class "${claim.storageClass ?? "(default)"}".`;
    return [finding(facts, STORAGE.pvcPending, {
      ...base,
      hard: age > 30_000,
      words,
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
      words,
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
      words,
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
