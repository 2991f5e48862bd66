import type { CertificateView } from "../../../../agent/facts/snapshot.ts";
import type { StaleResolvers } from "../../../../agent/settings/follow_resolvers.ts";
import { ago } from "../../status/objects.ts";
import { HEALTHY, type Row } from "../rule_row.ts";

function certificateOfSite(days: number): CertificateView {
  return {
    url: "https://192.0.2.7:8080/",
    fingerprint: Array(32).fill("A7").join(":"),
    origin: "site",
    validTo: ago(-days * 86_400),
  };
}

function staleDns(why: StaleResolvers["why"]): Row["red"] {
  const clusterDnsStale = { servers: "192.0.2.99", asked: "192.0.2.53", why, since: ago(600) };
  return { ...HEALTHY, agent: { ...HEALTHY.agent, clusterDnsStale } };
}

/** Every way in which the rules of this family find something. */
export const AGENT_ROWS: readonly Row[] = [
  {
    name: "no room for the agent's own state",
    id: "disk.full",
    red: {
      ...HEALTHY,
      agent: {
        ...HEALTHY.agent,
        diskFull: { path: "/var/lib/alga-appliance/sessions.json", since: ago(60) },
      },
    },
    green: HEALTHY,
  },
  {
    name: "the file system under the agent's own state can only be read",
    id: "disk.readonly",
    component: "node",
    hard: true,
    red: { ...HEALTHY, host: { ...HEALTHY.host, readOnlyFolder: "/var/lib/alga-appliance" } },
    green: HEALTHY,
  },
  {
    name: "damaged record",
    id: "agent.state-damaged",
    hard: false,
    red: {
      ...HEALTHY,
      remembered: { ...HEALTHY.remembered, stateDamage: "journal.jsonl line 4: wrong checksum" },
    },
    green: HEALTHY,
  },
  {
    name: "record that somebody has to decide about",
    id: "agent.state-damaged",
    hard: false,
    red: {
      ...HEALTHY,
      setup: { ...HEALTHY.setup, isRecordDamaged: true },
      remembered: { ...HEALTHY.remembered, stateDamage: "The record of this appliance is gone" },
    },
    green: HEALTHY,
  },
  {
    name: "the site's certificate does not fit its key",
    id: "agent.certificate-refused",
    hard: false,
    red: {
      ...HEALTHY,
      agent: {
        ...HEALTHY.agent,
        certificateProblem: {
          problem:
            'The key in "/etc/alga-appliance/tls/tls.key" is not that of the certificate in "/etc/alga-appliance/tls/tls.crt"',
          next: "Put both files of one certificate there; the server's own comes first in its file",
          since: ago(60),
        },
      },
    },
    green: HEALTHY,
  },
  {
    name: "the site's certificate ends in thirteen days",
    id: "agent.certificate-ends",
    hard: false,
    red: { ...HEALTHY, agent: { ...HEALTHY.agent, certificate: certificateOfSite(13) } },
    green: { ...HEALTHY, agent: { ...HEALTHY.agent, certificate: certificateOfSite(15) } },
  },
  {
    name: "a newer agent was taken back",
    id: "agent.update-failed",
    hard: false,
    red: {
      ...HEALTHY,
      agent: {
        ...HEALTHY.agent,
        updateProblem: {
          message: "Agent 1.2.0 was taken back: agent 1.2.0 did not answer in 60 s. Agent 1.1.0 runs again",
          next: "Keep the agent from before until the next release",
          since: ago(60),
        },
      },
    },
    green: HEALTHY,
  },
  {
    name: "the cluster does not follow this machine's DNS servers: a change waits for a person",
    id: "dns.cluster-stale",
    red: staleDns("waits"),
    green: HEALTHY,
  },
  {
    name: "the cluster does not follow this machine's DNS servers: a change has failed",
    id: "dns.cluster-stale",
    red: staleDns("failed"),
    green: HEALTHY,
  },
  {
    name: "the cluster does not follow this machine's DNS servers: something else is under way",
    id: "dns.cluster-stale",
    red: staleDns("refused"),
    green: HEALTHY,
  },
  {
    name: "setup stopped",
    id: "agent.setup-failed",
    red: {
      ...HEALTHY,
      setup: {
        ...HEALTHY.setup,
        status: "failed",
        stepTitle: "Install Kubernetes",
        since: ago(60),
        failure: {
          category: "k3s",
          code: "K3S_FAILED",
          message: "Cannot start k3s",
          details: "",
          suggestedNextStep: "Look at the log of k3s",
          retrySafe: true,
        },
      },
    },
    green: HEALTHY,
  },
];
