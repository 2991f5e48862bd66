import { POD_CIDR, SERVICE_CIDR, SOME_POD_ADDRESS } from "../../product/networks.ts";
import { APP_PORT, KUBE_API_PORT, KUBELET_PORT } from "../../product/ports.ts";
import type { Check, CheckOutcome, RunContext } from "../check.ts";
import { type BlockingChain, blockingChain } from "../facts/nft_ruleset.ts";
import type { Packet } from "../facts/packet.ts";
import { ufwLets } from "../facts/ufw.ts";
import { fail, pass, warn } from "../outcome.ts";

/** Any pod, as the kernel sees it. */
const POD: Pick<Packet, "source" | "device"> = { source: SOME_POD_ADDRESS, device: "cni0" };
const OUTSIDE: Pick<Packet, "source" | "device"> = { source: undefined, device: undefined };
const HTTPS_PORT = 443;

/** Who stops a packet. */
type Blocker = { tool: "ufw" } | { tool: "firewalld" | "iptables" | "nft"; chain: BlockingChain };

/** Checks of the machine's own firewall. */
export const FIREWALL_CHECKS: readonly Check[] = [
  {
    id: "os.firewall",
    title: "Firewall of this machine",
    vantage: "agent",
    overridable: true,
    async run(context) {
      const { agentPort } = context;
      const expected = `people reach ports ${agentPort} and ${APP_PORT}`;
      const own = await blockerOf(context, { hook: "input", ...OUTSIDE, port: agentPort });
      const app = await blockerOf(context, { hook: "input", ...OUTSIDE, port: APP_PORT });
      const ports = [...(own ? [agentPort] : []), ...(app ? [APP_PORT] : [])];
      const blocker = own ?? app;
      if (blocker === undefined) return pass({ expected, found: "it lets them in" });
      const words = {
        expected,
        found: `${nameOf(blocker)} ${isSure(blocker) ? "shuts" : "may shut"} ${
          ports.length === 1 ? "port" : "ports"
        } ${ports.join(" and ")}`,
        remediation: openPorts(blocker, ports),
      };
      return own && isSure(blocker) ? fail(words) : warn(words);
    },
  },
  {
    id: "net.pod-path",
    title: "Ways of pods",
    vantage: "cluster",
    overridable: true,
    async run(context) {
      const expected = "packets of pods reach this machine and what lies behind it";
      const api = await blockerOf(context, { hook: "input", ...POD, port: KUBE_API_PORT });
      const kubelet = await blockerOf(context, { hook: "input", ...POD, port: KUBELET_PORT });
      const out = await blockerOf(context, { hook: "forward", ...POD, port: HTTPS_PORT });
      return judgePodPath(expected, { api, kubelet, out });
    },
  },
];

function judgePodPath(
  expected: string,
  { api, kubelet, out }: { api: Blocker | undefined; kubelet: Blocker | undefined; out: Blocker | undefined },
): CheckOutcome {
  const blocker = api ?? out ?? kubelet;
  if (blocker === undefined) return pass({ expected, found: "nothing drops them" });
  const lost = [
    ...(api ? ["the Kubernetes API"] : []),
    ...(out ? ["other machines"] : []),
    ...(kubelet && !api ? [`port ${KUBELET_PORT} of this machine`] : []),
  ];
  const words = {
    expected,
    found: `${nameOf(blocker)} ${isSure(blocker) ? "drops" : "may drop"} packets from pods to ${
      lost.join(" and ")
    }`,
    remediation: openPods(blocker),
  };
  return (api || out) && isSure(blocker) ? fail(words) : warn(words);
}

/** ufw is asked by its own files, because its rules in the kernel are hard to read; everything else by the kernel's rules. */
async function blockerOf({ facts }: RunContext, packet: Packet): Promise<Blocker | undefined> {
  const ufw = await facts.ufw();
  if (ufw && packet.hook === "input" && !ufwLets(ufw, packet)) return { tool: "ufw" };
  const ruleset = await facts.nftRuleset();
  // With ufw this table is ufw's.
  const isUfws = (it: { family: string; table: string }) =>
    ufw !== undefined && it.family === "ip" && it.table === "filter";
  const chain = blockingChain({ ...ruleset, chains: ruleset.chains.filter((it) => !isUfws(it)) }, packet);
  if (!chain) return undefined;
  // Tables of these names and chains in capitals are iptables', which keeps its own copy of them.
  const isOfIptables = chain.family === "ip" && chain.table === "filter" && /^[A-Z]+$/.test(chain.name);
  return { tool: chain.table === "firewalld" ? "firewalld" : isOfIptables ? "iptables" : "nft", chain };
}

/** A rule that this agent does not understand may let the packet pass. */
function isSure(blocker: Blocker): boolean {
  return blocker.tool === "ufw" || blocker.chain.isSure;
}

function nameOf(blocker: Blocker): string {
  return blocker.tool === "nft"
    ? `chain ${blocker.chain.name} of table ${blocker.chain.family} ${blocker.chain.table}`
    : blocker.tool === "iptables"
    ? `chain ${blocker.chain.name} of iptables`
    : blocker.tool;
}

function openPorts(blocker: Blocker, ports: readonly number[]): string {
  switch (blocker.tool) {
    case "ufw":
      return `Open them: sudo ${ports.map((it) => `ufw allow ${it}/tcp`).join("; sudo ")}`;
    case "firewalld":
      return `Open them: sudo ${
        ports.map((it) => `firewall-cmd --permanent --add-port=${it}/tcp`).join("; sudo ")
      }; sudo firewall-cmd --reload`;
    case "iptables":
      return keepIptables(
        ports.map((it) => `iptables -I ${blocker.chain.name} -p tcp --dport ${it} -j ACCEPT`),
      );
    case "nft":
      return keepNft(
        `nft insert rule ${chainText(blocker.chain)} tcp dport ${setText(ports.map(String))} accept`,
      );
  }
}

function openPods(blocker: Blocker): string {
  const networks = [POD_CIDR, SERVICE_CIDR];
  switch (blocker.tool) {
    case "ufw":
      return `Let them in: sudo ${networks.map((it) => `ufw allow from ${it} to any`).join("; sudo ")}`;
    case "firewalld":
      return `Let them in: sudo ${
        networks.map((it) => `firewall-cmd --permanent --zone=trusted --add-source=${it}`).join("; sudo ")
      }; sudo firewall-cmd --reload`;
    case "iptables":
      return keepIptables(networks.map((it) => `iptables -I ${blocker.chain.name} -s ${it} -j ACCEPT`));
    case "nft":
      return keepNft(`nft insert rule ${chainText(blocker.chain)} ip saddr ${setText(networks)} accept`);
  }
}

function keepIptables(commands: readonly string[]): string {
  return `Let them in: sudo ${
    commands.join("; sudo ")
  }. Then save the rules, so that they stay: sudo netfilter-persistent save`;
}

function keepNft(command: string): string {
  return `Let them in: sudo ${command}. Write the rule into /etc/nftables.conf too, so that it stays`;
}

function chainText({ family, table, name }: BlockingChain): string {
  return `${family} ${table} ${name}`;
}

function setText(values: readonly string[]): string {
  return values.length === 1 ? values[0] ?? "" : `{ ${values.join(", ")} }`;
}
