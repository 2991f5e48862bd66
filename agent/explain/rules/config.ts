import { isMadeBySetup, NAMESPACES, SECRETS } from "../../product/names.ts";
import { componentByName } from "../../product/components.ts";
import { CONFIG } from "../../causes/config.ts";
import { STORAGE } from "../../causes/storage.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { clip } from "../../text/clip.ts";
import { containerEvidence } from "../pod_evidence.ts";
import type { ContainerProblem } from "../../facts/container_problem.ts";
import type { Facts } from "../../facts/facts.ts";
import { IMAGE } from "../../causes/image.ts";
import { NODE } from "../../causes/node.ts";
import { explainHostText, HOST_CAUSES } from "./host_text.ts";
import { MISSING_OBJECT, NOT_SYNCED } from "../kernel_words.ts";
import { isAlteredContent, isStoreDamage } from "../network_text.ts";

/** In these states what is refused stands in the release. */
const OF_THE_RELEASE: readonly string[] = ["CreateContainerConfigError", "PreStartHookError"];
/** The kubelet has not got from Kubernetes, or from the machine, what it needs to make any container. */
const NOT_YET =
  /services have not yet been read|host IP unknown|no relationship found between node|connection refused|etcdserver|timed out/i;

/** Containers that cannot be created as they are described. */
export const containerConfigRule: Rule = {
  causes: [
    CONFIG.missingSecret,
    STORAGE.subPath,
    CONFIG.container,
    NODE.containerFailed,
    IMAGE.storeDamaged,
    ...HOST_CAUSES,
  ],
  find(facts) {
    return facts.problems.flatMap((problem): Finding[] => {
      if (problem.kind !== "config") return [];
      const { component, text } = problem;
      const about = {
        tier: component.tier,
        component: component.name,
        since: problem.since,
        evidence: containerEvidence(problem, text),
      };
      const words = { component: component.title };
      if (problem.reason === "PostStartHookError") {
        // The words of a hook are heard in one phase only; they stand in the evidence.
        return [
          finding(facts, CONFIG.container, { ...about, words: { ...words, stage: "started", why: "" } }),
        ];
      }
      const missing = missingName(text);
      if (missing !== undefined) {
        return [
          finding(facts, CONFIG.missingSecret, {
            ...about,
            key: missing,
            words: { ...words, missing, isMadeBySetup: isMadeBySetup(missing) },
          }),
        ];
      }
      const volume = unpreparedVolume(text);
      if (volume !== undefined) {
        return [finding(facts, STORAGE.subPath, { ...about, words: { ...words, volume } })];
      }
      const host = explainHostText(text);
      if (host) return [finding(facts, host, { ...about, key: "node" })];
      // What the release asks for is read before; what fails while the container is made, fails on this machine.
      const why = configWords(text);
      if (
        why === "" &&
        (!OF_THE_RELEASE.includes(problem.reason) || NOT_SYNCED.test(text) || NOT_YET.test(text))
      ) {
        return [explainCreation(facts, problem, about)];
      }
      return [
        finding(facts, CONFIG.container, {
          ...about,
          words: { ...words, stage: "made", why },
        }),
      ];
    });
  },
};

function explainCreation(
  facts: Facts,
  { component, container, reason, text }: ContainerProblem & { kind: "config" },
  about: Pick<Finding, "tier" | "component" | "since" | "evidence">,
): Finding {
  if (isStoreDamage(text)) {
    return finding(facts, IMAGE.storeDamaged, {
      ...about,
      key: container.image,
      words: { component: component.title, image: container.image, isAltered: isAlteredContent(text) },
    });
  }
  const isKnown = reason === "CreateContainerError" || OF_THE_RELEASE.includes(reason);
  return finding(facts, NODE.containerFailed, { ...about, words: { component: component.title, isKnown } });
}

/** In plain words what of a container's settings the kubelet does not accept; "" where it is not known. */
function configWords(text: string): string {
  if (/runAsNonRoot/.test(text)) return "Its image would run as the superuser, which its settings forbid";
  if (/container has no command|no command specified/i.test(text)) return "Its image names no program to run";
  if (/unable to find (?:user|group) \S{1,60}: no matching entries in (?:passwd|group) file/i.test(text)) {
    return "Its image does not have the user that it is to run as";
  }
  return "";
}

function missingName(text: string): string | undefined {
  const missing = MISSING_OBJECT.exec(text)?.[1] ??
    /couldn't find key (.{1,600})$/i.exec(text)?.[1];
  return missing && clip(missing, 120);
}

function unpreparedVolume(text: string): string | undefined {
  return /failed to (?:create subPath directory|prepare subPath) for volumeMount "([^"]+)"/i.exec(text)?.[1];
}

/** Secrets that the release reads at start and that are not there although Alga was applied. */
export const missingSecretRule: Rule = {
  causes: [CONFIG.missingSecret],
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
      return [finding(facts, CONFIG.missingSecret, {
        tier: componentByName(component)?.tier ?? "login",
        component,
        key: name,
        since: state.lostAt,
        words: { component: state.component.title, missing: name, isMadeBySetup: isMadeBySetup(name) },
        evidence: [{ label: "Object", text: `Secret ${namespace}/${name}` }, {
          label: "State",
          text: "absent",
        }],
      })];
    });
  },
};
