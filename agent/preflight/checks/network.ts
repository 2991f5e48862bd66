import { APP_PORT, K3S_PORTS } from "../../product/ports.ts";
import { POD_CIDR, SERVICE_CIDR } from "../../product/networks.ts";
import ipaddr from "ipaddr.js";
import type { Check, CheckContext, RunContext } from "../check.ts";
import { askDns } from "../../net/dns_query.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "../outcome.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { proxiedEndpoints } from "./proxy.ts";

const CLUSTER_CIDRS = [POD_CIDR, SERVICE_CIDR] as const;

/** Checks of the machine's own network and names. */
export const NETWORK_CHECKS: readonly Check[] = [
  {
    id: "net.interface",
    title: "Network interface",
    vantage: "agent",
    overridable: false,
    async run({ facts }) {
      const expected = "one interface with a cable and an IPv4 address";
      const usable = (await facts.interfaces()).filter((it) =>
        it.hasCarrier && it.addresses.some((a) => !a.address.startsWith("169.254."))
      );
      const found =
        usable.map((it) => `${it.name} ${it.addresses.map((a) => a.address).join(" ")}`).join(", ") || "none";
      if (usable.length === 0) {
        return fail({
          expected,
          found,
          remediation:
            "Check the cable, or the virtual switch in the hypervisor, and DHCP (ip -brief address)",
        });
      }
      return usable.length === 1 ? pass({ expected, found }) : warn({
        expected,
        found,
        remediation: "Disconnect the interfaces that are not needed, in the hypervisor",
      });
    },
  },
  {
    id: "net.default-route",
    title: "Default gateway",
    vantage: "containerd",
    overridable: false,
    async run({ facts }) {
      const expected = "a default route";
      const route = (await facts.routes()).find((it) => it.destination === "default");
      const found = route ? `${route.gateway ?? "direct"} on ${route.device}` : "none";
      return route
        ? pass({ expected, found })
        : fail({ expected, found, remediation: "Enter the gateway in /etc/netplan, then: sudo netplan try" });
    },
  },
  {
    id: "net.cidr",
    title: "Address ranges of the cluster",
    vantage: "cluster",
    overridable: true,
    async run(context) {
      const expected = `${CLUSTER_CIDRS.join(" and ")} are free`;
      const routes = (await context.facts.routes()).filter((it) => !/^(cni|flannel|kube)/.test(it.device))
        .map((it) => it.destination);
      const addresses = (await context.facts.interfaces()).flatMap((it) =>
        it.addresses.map((a) => `${a.address}/${a.prefixLength}`)
      );
      const servers = await effectiveResolvers(context);
      const overlaps = [...routes, ...addresses, ...servers].filter((it) =>
        it !== "default" && CLUSTER_CIDRS.some((cidr) => overlap(it, cidr))
      );
      if (overlaps.length === 0) return pass({ expected, found: "free" });
      return fail({
        expected,
        found: `used by ${overlaps.join(", ")}`,
        remediation:
          "Ask the network administrator for a network outside these ranges. Accept only if nothing there must be reached",
      });
    },
  },
  {
    id: "net.ports-tcp",
    title: "Network ports",
    vantage: "cluster",
    overridable: false,
    async run({ facts, agentPort }) {
      const expected = `ports ${[APP_PORT, ...K3S_PORTS].join(", ")} are free`;
      const listening = await facts.listeningPorts();
      if (listening === undefined) {
        return couldNotCheck({
          expected,
          found: "/proc/net/tcp cannot be read",
          remediation: "Start the agent as the service: sudo systemctl start alga-appliance",
        });
      }
      const isResumed = (await facts.previousInstall()).isOurs;
      const taken = [APP_PORT, ...K3S_PORTS].filter((port) =>
        port !== agentPort && listening.has(port) &&
        !(isResumed && isOwnProgram(port, listening.get(port) ?? ""))
      );
      if (isResumed && taken.length === 0) {
        return pass({ expected, found: "free, or in use by this appliance's own Kubernetes" });
      }
      if (taken.length === 0) return pass({ expected, found: "free" });
      const names = taken.map((port) =>
        listening.get(port) ? `${port} (${listening.get(port)})` : String(port)
      );
      return fail({
        expected,
        found: `in use: ${names.join(", ")}`,
        remediation: "Stop the program that uses the port (sudo ss -ltnp)",
      });
    },
  },
  {
    id: "dns.servers",
    title: "DNS servers",
    vantage: "cluster",
    overridable: false,
    async run(context) {
      const expected = "two servers";
      const servers = await effectiveResolvers(context);
      const found = servers.join(", ") || "none";
      if (servers.length === 0) {
        return fail({
          expected,
          found,
          remediation:
            'Enter them in the field "Own DNS servers", or correct DHCP or /etc/netplan (then: sudo netplan try)',
        });
      }
      return servers.length > 1 ? pass({ expected, found }) : warn({
        expected,
        found,
        remediation: 'Enter a second server in the field "Own DNS servers", so that one may fail',
      });
    },
  },
  {
    id: "dns.resolve",
    title: "Looking up the registries",
    vantage: "containerd",
    overridable: false,
    async run(context) {
      const names = askedEndpoints(context.mirrors).map((it) => it.hostName).filter((it) =>
        !ipaddr.isValid(it) && it !== "localhost"
      );
      const expected = "every server answers for every registry, over UDP and TCP";
      if (names.length === 0) return skipped(expected, "the registry mirrors are addresses, not names");
      const servers = await effectiveResolvers(context);
      if (servers.length === 0) return skipped(expected, "there is no DNS server (see DNS servers)");
      const answers = await Promise.all(
        servers.flatMap((server) =>
          names.flatMap((name) =>
            (["udp", "tcp"] as const).map((protocol) =>
              askDns(server, name, { protocol, ...dnsPort(context) }).then((answer) => ({
                server,
                name,
                protocol,
                answer,
              }))
            )
          )
        ),
      );
      const evidence = answers.map((it) =>
        `${it.server} ${it.protocol} ${it.name}: ${it.answer.addresses.join(" ") || it.answer.problem}`
      );
      const bad = answers.filter((it) => it.answer.addresses.length === 0);
      if (bad.length === 0) return pass({ expected, found: `${servers.join(", ")} answered`, evidence });
      const failing = [...new Set(bad.map((it) => it.server))];
      const found = bad.slice(0, 2).map((it) =>
        `${it.server} (${it.protocol}): ${it.answer.problem} for ${it.name}`
      ).join("; ");
      const words = {
        expected,
        found,
        evidence,
        remediation: lookupRemedy(bad),
      };
      // Behind a proxy the site's servers often know no outside name, and need not: the proxy looks them up.
      const isProxied = proxiedEndpoints(context).length > 0;
      return !isProxied && failing.length === servers.length && bad.some((it) => it.protocol === "udp")
        ? fail(words)
        : warn(words);
    },
  },
  {
    id: "dns.app-host",
    title: "Application address",
    vantage: "agent",
    overridable: true,
    async run(context) {
      const hostName = new URL(context.inputs.appUrl).hostname.replace(/^\[|\]$/g, "");
      const own = await context.facts.addresses();
      const expected = `${hostName} leads to this machine (${own.join(", ") || "no address"})`;
      const remediation = `Ask the network administrator for a DNS record for ${hostName} that leads to ${
        own[0] ?? "this machine"
      }, or to your own proxy before it`;
      if (ipaddr.isValid(hostName)) {
        if (own.includes(hostName) || hostName.startsWith("127.")) return pass({ expected, found: hostName });
        return warn({
          expected,
          found: `${hostName} is not an address of this machine`,
          remediation: 'Correct the field "Application address"',
        });
      }
      const servers = await effectiveResolvers(context);
      if (servers.length === 0) return skipped(expected, "there is no DNS server (see DNS servers)");
      let isAnswered = false;
      for (const server of servers) {
        const { addresses, isEmpty } = await askDns(server, hostName, {
          protocol: "udp",
          ...dnsPort(context),
        });
        isAnswered ||= addresses.length > 0 || isEmpty;
        if (addresses.length === 0) continue;
        const found = addresses.join(", ");
        return addresses.some((it) => own.includes(it))
          ? pass({ expected, found })
          : warn({ expected, found: `it leads to ${found}`, remediation });
      }
      return isAnswered
        ? warn({ expected, found: "the name is not known yet", remediation })
        : couldNotCheck({ expected, found: `no answer from ${servers.join(", ")}`, remediation });
    },
  },
];

/** Once we began to install k3s its ports may be taken by it, and the application's port by the application, whatever that is called. */
function isOwnProgram(port: number, owner: string): boolean {
  return owner === "" || port === APP_PORT || /^(k3s|containerd|kube)/.test(owner);
}

/** The servers that will really be asked: the operator's choice, else the machine's. */
async function effectiveResolvers({ facts, inputs }: RunContext): Promise<readonly string[]> {
  return inputs.dnsMode === "custom" ? inputs.dnsServers : await facts.resolvers();
}

function dnsPort({ dnsPort }: CheckContext): { port?: number } {
  return dnsPort === undefined ? {} : { port: dnsPort };
}

function overlap(a: string, b: string): boolean {
  try {
    const [left, right] = [toRange(a), toRange(b)];
    const bits = Math.min(left[1], right[1]);
    return left[0].match([right[0], bits] as [ipaddr.IPv4, number]);
  } catch {
    return false; // a route word such as "unreachable"
  }
}

function toRange(text: string): [ipaddr.IPv4, number] {
  return text.includes("/") ? ipaddr.IPv4.parseCIDR(text) : [ipaddr.IPv4.parse(text), 32];
}

/** A filter is asked to let the names pass; a server that does not answer is to be reached first. */
function lookupRemedy(
  bad: readonly { server: string; name: string; answer: { isFiltered: boolean } }[],
): string {
  const filtered = bad.filter((it) => it.answer.isFiltered);
  const some = filtered.length > 0 ? filtered : bad;
  const servers = [...new Set(some.map((it) => it.server))].join(", ");
  const names = [...new Set(some.map((it) => it.name))].join(" and ");
  return filtered.length > 0
    ? `Ask the network administrator to let the filter of ${servers} allow ${names}, or choose other DNS servers`
    : `Ask the network administrator to allow UDP and TCP port 53 to ${servers}, or choose other DNS servers`;
}
