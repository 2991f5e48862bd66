import { NAMESPACES, SECRETS } from "../../product/names.ts";
import { componentByName } from "../../product/components.ts";
import type { BlockerId } from "../blocker_id.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { clip } from "./crash.ts";
import { containerEvidence } from "../pod_evidence.ts";

/** Containers that cannot be created as they are described. @see cluster.md 5 */
export const containerConfigRule: Rule = {
  ids: ["cfg.missing-secret", "stor.subpath", "cfg.container", "cfg.service-links"],
  find(facts) {
    return facts.problems.flatMap((trouble): Finding[] => {
      if (trouble.kind !== "config") return [];
      const hook = trouble.reason === "PostStartHookError";
      const { id, name } = hook ? HOOK : classify(trouble.text);
      const { component } = trouble;
      return [finding(facts, {
        id,
        tier: component.tier,
        component: component.name,
        key: id === "cfg.missing-secret" ? name : component.name,
        since: trouble.since,
        // The words of a hook are heard in one phase only; they stand in the evidence.
        words: { component: component.title, name, detail: hook ? "" : clip(trouble.text, 240) },
        evidence: containerEvidence(trouble, trouble.text),
      })];
    });
  },
};

const HOOK = { id: "cfg.container", name: "command that runs right after its start" } as const;

function classify(text: string): { id: BlockerId; name: string } {
  const missing = /(?:secret|configmap) "([^"]+)" not found/i.exec(text)?.[1] ??
    /couldn't find key (.{1,600})$/i.exec(text)?.[1];
  if (missing !== undefined) return { id: "cfg.missing-secret", name: clip(missing, 120) };
  const volume = /failed to (?:create subPath directory|prepare subPath) for volumeMount "([^"]+)"/i.exec(
    text,
  )?.[1];
  if (volume !== undefined) return { id: "stor.subpath", name: volume };
  return { id: "cfg.container", name: "" };
}

/** Secrets that the release reads at start and that are not there although Alga was applied. @see contract.md 2.2 */
export const missingSecretRule: Rule = {
  ids: ["cfg.missing-secret"],
  find(facts) {
    if (facts.snapshot.knowledge.secrets !== "known") return [];
    const needed = [
      { namespace: NAMESPACES.app, name: SECRETS.shared, component: "alga-core" },
      { namespace: NAMESPACES.status, name: SECRETS.statusAuth, component: "appliance-status" },
    ];
    return needed.flatMap(({ namespace, name, component }): Finding[] => {
      const state = facts.state(component);
      if (!state?.workload || state.ready !== false) return [];
      if (facts.snapshot.secrets.some((it) => it.namespace === namespace && it.name === name)) return [];
      return [finding(facts, {
        id: "cfg.missing-secret",
        tier: componentByName(component)?.tier ?? "login",
        component,
        key: name,
        since: state.workload.createdAt,
        words: { component: state.component.title, name },
        evidence: [{ label: "Object", text: `Secret ${namespace}/${name}` }, {
          label: "State",
          text: "absent",
        }],
      })];
    });
  },
};
