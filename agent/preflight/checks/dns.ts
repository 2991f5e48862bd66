import ipaddr from "ipaddr.js";
import { APP_PORT } from "../../product/ports.ts";
import type { ResolvConf } from "../../host/network_facts.ts";
import type { Check, CheckContext, RunContext } from "../check.ts";
import { askDns } from "../../net/dns_query.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "../outcome.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { proxiedEndpoints } from "./proxy.ts";

/** More than this the resolver of the system does not try. @see resolv.conf(5) */
const MAX_SEARCH_DOMAINS = 6;
const ASKS_ITSELF =
  'Enter the servers that this one asks in the field "Own DNS servers", unless it is sure that it never asks the cluster';

const NO_FILE = {
  found: "there is no resolv.conf",
  remediation: "See which servers there are: resolvectl status",
};

/** Checks of names: who is asked for them, and what is answered. */
export const DNS_CHECKS: readonly Check[] = [
  {
    id: "dns.servers",
    title: "DNS servers",
    vantage: "cluster",
    overridable: false,
    async run(context) {
      const expected = "two servers";
      const servers = await effectiveResolvers(context);
      const leftOut = context.inputs.dnsMode === "custom"
        ? []
        : (await context.facts.resolvConf())?.ipv6Servers ?? [];
      const ipv6 = leftOut.length === 0 ? "" : `${leftOut.join(", ")} cannot be used: pods have IPv4 only`;
      const found = [servers.join(", "), ipv6].filter(Boolean).join("; ") || "none";
      if (servers.length === 0) {
        return fail({
          expected,
          found,
          remediation: ipv6 === ""
            ? 'Enter them in the field "Own DNS servers", or correct DHCP or /etc/netplan (resolvectl status shows what is known)'
            : 'Enter IPv4 DNS servers of this site in the field "Own DNS servers"',
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
    id: "dns.loop",
    title: "DNS servers behind this machine",
    vantage: "cluster",
    overridable: false,
    async run(context) {
      const { facts, inputs } = context;
      const expected = "servers outside this machine";
      if (inputs.dnsMode === "custom") {
        const own = await ownOf(context, inputs.dnsServers);
        return own.length === 0
          ? pass({ expected, found: inputs.dnsServers.join(", ") })
          : warn({ expected, found: ownText(own), remediation: ASKS_ITSELF });
      }
      const conf = await facts.resolvConf();
      if (conf === undefined) return couldNotCheck({ expected, ...NO_FILE });
      if (conf.servers.length === 0) return judgeNoServer(expected, conf);
      const own = await ownOf(context, conf.servers);
      return own.length === 0
        ? pass({ expected, found: conf.servers.join(", ") })
        : warn({ expected, found: ownText(own), remediation: ASKS_ITSELF });
    },
  },
  {
    id: "dns.search-wildcard",
    title: "Search domains",
    vantage: "containerd",
    overridable: true,
    async run(context) {
      const expected = "no search domain answers for every name";
      const conf = await context.facts.resolvConf();
      if (conf === undefined) return couldNotCheck({ expected, ...NO_FILE });
      const domains = conf.searchDomains;
      if (domains.length === 0) return pass({ expected, found: "there is none" });
      const [server] = await effectiveResolvers(context);
      if (server === undefined) return skipped(expected, "there is no DNS server (see DNS servers)");
      // A name that nobody has.
      const label = `alga-${crypto.randomUUID().slice(0, 13)}`;
      const answers = await Promise.all(
        domains.slice(0, MAX_SEARCH_DOMAINS).map(async (domain) => ({
          domain,
          ...await askDns(server, `${label}.${domain}`, { protocol: "udp", ...dnsPort(context) }),
        })),
      );
      const evidence = answers.map((it) =>
        `${server} udp ${label}.${it.domain}: ${it.addresses.join(" ") || it.problem}`
      );
      const wild = answers.find((it) => it.addresses.length > 0);
      if (wild) {
        return fail({
          expected,
          found: `every name below ${wild.domain} leads to ${wild.addresses.join(", ")}`,
          remediation:
            `Ask the network administrator to remove the wildcard record *.${wild.domain} from DNS, or the search domain from DHCP or /etc/netplan (resolvectl domain shows it)`,
          evidence,
        });
      }
      const silent = answers.filter((it) => !it.isEmpty);
      if (silent.length === answers.length) {
        return couldNotCheck({
          expected,
          found: `${server}: ${silent[0]?.problem} for ${silent[0]?.domain}`,
          remediation:
            `Ask the network administrator to allow UDP port 53 to ${server}, or choose other DNS servers`,
          evidence,
        });
      }
      return silent.length === 0 ? pass({ expected, found: domains.join(", "), evidence }) : warn({
        expected,
        found: `${silent.map((it) => `${it.domain}: ${it.problem}`).join(", ")}`,
        remediation: "Remove search domains that nobody answers for: resolvectl domain shows who gave them",
        evidence,
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
      if (isLoopback(hostName)) {
        return warn({
          expected,
          found: `${hostName} is this machine alone: nobody else can open it`,
          remediation: `Enter a name of this machine, or http://${
            own[0] ?? "ADDRESS"
          }:${APP_PORT}, in the field "Application address"`,
        });
      }
      if (ipaddr.isValid(hostName)) {
        if (own.includes(hostName)) return pass({ expected, found: hostName });
        return warn({
          expected,
          found: `${hostName} is not an address of this machine`,
          remediation: `Enter a name of this machine, or http://${
            own[0] ?? "ADDRESS"
          }:${APP_PORT}, in the field "Application address"`,
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

/** The servers that will really be asked: the operator's choice, else the machine's. */
export async function effectiveResolvers({ facts, inputs }: RunContext): Promise<readonly string[]> {
  return inputs.dnsMode === "custom" ? inputs.dnsServers : await facts.resolvers();
}

function dnsPort({ dnsPort }: CheckContext): { port?: number } {
  return dnsPort === undefined ? {} : { port: dnsPort };
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

function judgeNoServer(expected: string, { loopbackServers, ipv6Servers }: ResolvConf) {
  if (loopbackServers.length === 0 || ipv6Servers.length > 0) {
    return skipped(expected, "there is no server that pods could use (see DNS servers)");
  }
  return fail({
    expected,
    found: `only ${loopbackServers.join(", ")}: cluster DNS would ask itself`,
    remediation:
      'Enter the site\'s DNS servers in the field "Own DNS servers", or give them to systemd-resolved: DNS= in /etc/systemd/resolved.conf, then sudo systemctl restart systemd-resolved',
  });
}

/** Servers that are addresses of this machine. */
async function ownOf({ facts }: RunContext, servers: readonly string[]): Promise<string[]> {
  const own = await facts.addresses();
  return servers.filter((it) => own.includes(it));
}

function ownText(servers: readonly string[]): string {
  return `${servers.join(", ")} is this machine itself`;
}

function isLoopback(hostName: string): boolean {
  return hostName === "localhost" || hostName.endsWith(".localhost") ||
    ipaddr.isValid(hostName) && ipaddr.process(hostName).range() === "loopback";
}
