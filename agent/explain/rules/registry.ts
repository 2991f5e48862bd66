import { clip } from "./crash.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { explainNetworkText, NETWORK_IDS } from "../network_text.ts";

/** The agent's own regular question to the registry, and what set-up met before a cluster existed. */
export const registryProbeRule: Rule = {
  ids: [...NETWORK_IDS, "net.registry"],
  find(facts) {
    const found: Finding[] = [];
    const { registry } = facts.snapshot.probes;
    if (registry && !registry.ok) {
      const cause = explainNetworkText(registry.message);
      found.push(finding(facts, {
        id: cause?.id ?? "net.registry",
        tier: "platform",
        component: "network",
        key: cause?.server || "registry",
        since: registry.at,
        words: { server: cause?.server ?? "", name: cause?.name ?? "", detail: clip(registry.message, 240) },
        evidence: [{ label: "Message", text: clip(registry.message, 400) }],
      }));
    }
    const { setup } = facts.snapshot;
    if (setup.status === "failed" && setup.failure) {
      const text = `${setup.failure.message} ${setup.failure.details}`;
      const cause = explainNetworkText(text);
      if (cause && (cause.id.startsWith("dns.") || cause.id.startsWith("net.") || cause.id === "time.skew")) {
        found.push(finding(facts, {
          id: cause.id,
          tier: "platform",
          component: "network",
          key: cause.server || "registry",
          since: setup.since,
          words: { server: cause.server, name: cause.name, detail: clip(setup.failure.message, 240) },
          evidence: [{ label: "Message", text: clip(text, 400) }],
        }));
      }
    }
    return found;
  },
};
