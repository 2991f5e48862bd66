import type { HostView, RegistryProbeFailure } from "../../facts/snapshot.ts";
import type { Cause } from "../../causes/cause.ts";
import { NETWORK } from "../../causes/network.ts";
import { REGISTRY } from "../../causes/registry.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { explainNetworkText, NETWORK_CAUSES, type NetworkWords, networkWords } from "../network_text.ts";
import { clip } from "../../text/clip.ts";

/** Trouble of a registry itself is not what keeps setup from going on for good. */
const OF_A_REGISTRY = [REGISTRY.rateLimit.id, REGISTRY.unavailable.id] as const;

/** The probe asks for no image: what is denied is the release. */
type ProbeWords = NetworkWords & { image: string };

/** What a code tells where the runtime said nothing. Codes that are not here tell no cause. */
const BY_CODE: Readonly<Record<string, Cause<ProbeWords>>> = {
  "tcp": NETWORK.egress,
  "timeout": NETWORK.egress,
  "tls": NETWORK.tlsIntercept,
  "proxy": NETWORK.proxyDown,
  "unauthorized": REGISTRY.auth,
  "denied": REGISTRY.auth,
  "rate-limited": REGISTRY.rateLimit,
  "captive": NETWORK.webPage,
  "server-error": REGISTRY.unavailable,
};

function judgeFailure(
  { code, host: asked, status, detail }: RegistryProbeFailure,
  host: HostView,
):
  | (Required<NetworkWords> & { cause: Cause<ProbeWords> })
  | undefined {
  const told = explainNetworkText(detail, host);
  // A look-up tells its server itself, or nobody does.
  if (told?.about === "network") {
    const isLookup = told.cause.id.startsWith("dns.");
    const server = told.server || (isLookup ? "" : asked);
    return { cause: told.cause, ...networkWords(told), server, name: told.name || asked };
  }
  const cause = code === "proxy" && status === 407 ? NETWORK.proxyAuth : BY_CODE[code];
  return cause &&
    {
      cause,
      server: cause.id === NETWORK.proxyDown.id ? "" : asked,
      name: asked,
      until: "",
      isMisnamed: false,
      isUnknown: false,
      isLocal: false,
    };
}

/** The agent's own regular question to the registry, and what setup met before a cluster existed. */
export const registryProbeRule: Rule = {
  causes: [...NETWORK_CAUSES, REGISTRY.auth, NETWORK.registry],
  find(facts) {
    const found: Finding[] = [];
    const { registry } = facts.snapshot.probes;
    if (registry && !registry.ok) {
      const told = registry.failure && judgeFailure(registry.failure, facts.snapshot.host);
      const about = {
        tier: "platform" as const,
        component: "network",
        key: told?.server || "registry",
        since: registry.at,
        evidence: [{ label: "Message", text: clip(registry.message, 400) }],
      };
      found.push(
        told
          ? finding(facts, told.cause, {
            ...about,
            words: { ...networkWords(told), image: "" },
          })
          : finding(facts, NETWORK.registry, about),
      );
    }
    const { setup } = facts.snapshot;
    if (setup.status === "failed" && setup.failure) {
      const text = `${setup.failure.message} ${setup.failure.details}`;
      const told = explainNetworkText(text, facts.snapshot.host);
      if (told?.about === "network" && !OF_A_REGISTRY.some((it) => it === told.cause.id)) {
        found.push(finding(facts, told.cause, {
          tier: "platform",
          component: "network",
          key: told.server || "registry",
          since: setup.since,
          words: networkWords(told),
          evidence: [{ label: "Message", text: clip(text, 400) }],
        }));
      }
    }
    return found;
  },
};
