import { isClusterName } from "../product/networks.ts";
import type { CauseShape } from "./cause_shape.ts";
import { named } from "./phrases.ts";

/** A question that a DNS server did not answer well. */
interface Question {
  /** Address of the server; "" when the text does not tell it. */
  server: string;
  /** Name that was looked up. */
  name: string;
}

/** What keeps the cluster from following this machine. */
const WHY_STALE = {
  waits: "A change of settings waits for somebody",
  failed: "A change of settings has failed",
  refused: "Something else has been under way since",
} as const;

/** Names that cannot be looked up, outside and inside of the cluster. */
export const DNS = {
  refused: {
    id: "dns.refused",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The DNS server${named(w.server)} does not answer`,
    reason: (w) => `It refused the question for "${w.name}", so nothing can be downloaded.`,
    nextAction: (w) =>
      `Choose another DNS server, or ask the network administrator about${named(w.server) || " it"}.`,
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Question>,
  resolverDown: {
    id: "dns.resolver-down",
    kind: "cause",
    owner: "you",
    title: "The name service of this machine does not run",
    reason: (w) => `Every question for a name goes to it first; it refused the one for "${w.name}".`,
    nextAction:
      "Start it again (sudo systemctl restart systemd-resolved). If it stays, its log tells why (sudo journalctl -u systemd-resolved -n 30).",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<Question>,
  timeout: {
    id: "dns.timeout",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The DNS server${named(w.server)} is silent`,
    reason: (w) => `Questions for "${w.name}" are lost on the way, for example in a firewall.`,
    nextAction: (w) =>
      `Ask the network administrator to allow UDP and TCP port 53 to${
        named(w.server) || " the DNS server"
      }, or choose another DNS server.`,
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Question>,
  nxdomain: {
    id: "dns.nxdomain",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The DNS server${named(w.server)} does not know "${w.name}"`,
    reason: "Downloads need this name. An internal DNS server has to pass such questions on.",
    nextAction:
      "Ask the network administrator to let the DNS server forward questions for public names, or choose another DNS server.",
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Question>,
  servfail: {
    id: "dns.servfail",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The DNS server${named(w.server)} fails`,
    reason: (w) => `It answered the question for "${w.name}" with an error.`,
    nextAction: "Ask the network administrator to look at the DNS server, or choose another one.",
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Question>,
  failed: {
    id: "dns.failed",
    kind: "cause",
    owner: "network-admin",
    title: "Names cannot be looked up",
    reason: (w) =>
      `No DNS server gave an answer for "${w.name}"${w.server === "" ? "" : `; asked was ${w.server}`}.`,
    nextAction: (w) =>
      isClusterName(w.name)
        ? "Restart the name service of the cluster (sudo k3s kubectl -n kube-system rollout restart deployment/coredns). If it stays, check for firewall or security software on this machine."
        : 'Check the DNS servers of this machine and whether it reaches them ("resolvectl status" shows them), or choose others.',
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Question>,
  corednsLoop: {
    id: "dns.coredns-loop",
    kind: "cause",
    owner: "you",
    title: "Cluster DNS forwards queries to itself",
    reason: "The DNS server set on this machine leads back to it.",
    nextAction:
      'Enter the addresses of real DNS servers on the page "Settings", or in /etc/netplan (then: sudo netplan try).',
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  corednsNone: {
    id: "dns.coredns-none",
    kind: "cause",
    owner: "you",
    title: "No DNS server is set on this machine",
    reason: "Cluster DNS has no server to ask.",
    nextAction:
      'Enter at least one DNS server on the page "Settings", or in /etc/netplan (then: sudo netplan try).',
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  clusterStale: {
    id: "dns.cluster-stale",
    kind: "cause",
    owner: "you",
    place: { tier: "fullHealth", component: "network" },
    title: "Cluster DNS still asks the DNS servers of before",
    reason: (w) =>
      `This machine asks ${w.servers}, and the parts of Alga ask ${w.asked}. ${
        WHY_STALE[w.why]
      }, so the agent cannot bring the new ones to them.`,
    nextAction: 'Open the page "Settings" and see that what stands there ends well: the rest goes by itself.',
    consequence: "Once the servers of before are switched off, parts of Alga find no names outside.",
    retrySafe: true,
    action: "open-settings",
  } satisfies CauseShape<{
    /** Servers of this machine. */
    servers: string;
    /** Servers that pods ask. */
    asked: string;
    why: keyof typeof WHY_STALE;
  }>,
};
