import { NETWORK } from "../../causes/network.ts";
import { REGISTRY } from "../../causes/registry.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { explainNetworkText, NETWORK_CAUSES } from "../network_text.ts";
import { clip } from "./crash.ts";

/** Trouble of a registry itself is not what keeps setup from going on for good. */
const OF_A_REGISTRY = [REGISTRY.rateLimit.id, REGISTRY.unavailable.id] as const;

/** The agent's own regular question to the registry, and what setup met before a cluster existed. */
export const registryProbeRule: Rule = {
  causes: [...NETWORK_CAUSES, REGISTRY.auth, NETWORK.registry],
  find(facts) {
    const found: Finding[] = [];
    const { registry } = facts.snapshot.probes;
    if (registry && !registry.ok) {
      const told = explainNetworkText(registry.message);
      const about = {
        tier: "platform" as const,
        component: "network",
        key: told?.server || "registry",
        since: registry.at,
        evidence: [{ label: "Message", text: clip(registry.message, 400) }],
      };
      const detail = clip(registry.message, 240);
      found.push(
        told?.about === "network"
          ? finding(facts, told.cause, { ...about, words: { server: told.server, name: told.name, detail } })
          : told?.cause.id === REGISTRY.auth.id
          ? finding(facts, REGISTRY.auth, { ...about, words: { image: "" } })
          // The probe asks for no image.
          : finding(facts, NETWORK.registry, { ...about, words: { detail } }),
      );
    }
    const { setup } = facts.snapshot;
    if (setup.status === "failed" && setup.failure) {
      const text = `${setup.failure.message} ${setup.failure.details}`;
      const told = explainNetworkText(text);
      if (told?.about === "network" && !OF_A_REGISTRY.some((it) => it === told.cause.id)) {
        found.push(finding(facts, told.cause, {
          tier: "platform",
          component: "network",
          key: told.server || "registry",
          since: setup.since,
          words: { server: told.server, name: told.name, detail: clip(setup.failure.message, 240) },
          evidence: [{ label: "Message", text: clip(text, 400) }],
        }));
      }
    }
    return found;
  },
};
