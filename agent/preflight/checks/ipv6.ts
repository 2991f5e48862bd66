import ipaddr from "ipaddr.js";
import { askDns } from "../../net/dns_query.ts";
import { SYSCTL_FILE } from "../../product/names.ts";
import type { Endpoint } from "../../net/endpoint.ts";
import { type ConnectOutcome, tryConnect } from "../../net/try_connect.ts";
import type { Check, RunContext } from "../check.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { pass, skipped, warn } from "../outcome.ts";
import { effectiveResolvers } from "./dns.ts";
import { proxiedEndpoints } from "./proxy.ts";

/** Who has a way over IPv6 answers within this; a try of IPv4 comes long before. @see RFC 8305 §8 */
const CONNECT_TIMEOUT_MS = 3_000;

type Tried = { endpoint: Endpoint; address: string; outcome: ConnectOutcome };

/** A way over IPv6 that loses packets in silence makes every download begin late, and no program says why. */
export const IPV6_BROKEN: Check = {
  id: "net.ipv6-broken",
  title: "Way over IPv6",
  vantage: "containerd",
  overridable: true,
  async run(context) {
    const expected = "registries answer over IPv6 too, or it is known at once that they cannot be reached so";
    const proxied = proxiedEndpoints(context);
    const direct = askedEndpoints(context.mirrors).filter((it) =>
      !ipaddr.isValid(it.hostName) && it.hostName !== "localhost" &&
      !proxied.some((p) => p.registry === it.registry)
    );
    if (direct.length === 0) return skipped(expected, "no registry is asked by name from here");
    const servers = await effectiveResolvers(context);
    if (servers.length === 0) return skipped(expected, "there is no DNS server (see DNS servers)");
    const found = await Promise.all(direct.map((it) => addressOf(context, servers, it)));
    if (found.every((it) => it === "unknown")) {
      return skipped(expected, `no answer from ${servers.join(", ")} (see Looking up the registries)`);
    }
    const tried = await Promise.all(direct.map(async (endpoint, i): Promise<Tried[]> => {
      const address = found[i];
      if (address === undefined || address === "unknown") return [];
      const to = { address, port: endpoint.port };
      const outcome = await tryConnect(to, { timeoutMs: CONNECT_TIMEOUT_MS, signal: context.signal });
      return [{ endpoint, address, outcome }];
    }));
    return judge(expected, tried.flat());
  },
};

function judge(expected: string, tried: readonly Tried[]) {
  const evidence = tried.map((it) => `${it.endpoint.hostName} ${it.address}: ${it.outcome}`);
  const silent = tried.find((it) => it.outcome === "silent");
  if (silent) {
    return warn({
      expected,
      found:
        `${silent.endpoint.hostName} has the address ${silent.address}, and nothing comes back from there: each request loses time before it goes on over IPv4`,
      remediation:
        `Ask the network administrator to route IPv6 or to announce none. Or switch it off here: write into ${SYSCTL_FILE}: net.ipv6.conf.all.disable_ipv6 = 1. Then run: sudo sysctl --system`,
      evidence,
    });
  }
  if (tried.length === 0) return pass({ expected, found: "no registry has an IPv6 address" });
  const open = tried.filter((it) => it.outcome === "open").map((it) => it.endpoint.hostName);
  const found = open.length === tried.length
    ? `${open.join(", ")} over IPv6`
    : "there is no way over IPv6, which is known at once";
  return pass({ expected, found, evidence });
}

/** The first address of IPv6; `undefined` where there is none, "unknown" where no server says. */
async function addressOf(
  { dnsPort }: RunContext,
  servers: readonly string[],
  { hostName }: Endpoint,
): Promise<string | undefined> {
  const port = dnsPort === undefined ? {} : { port: dnsPort };
  for (const server of servers) {
    const answer = await askDns(server, hostName, {
      protocol: "udp",
      type: "AAAA",
      timeoutMs: 1_500,
      ...port,
    });
    if (answer.addresses[0] !== undefined) return answer.addresses[0];
    if (answer.isEmpty || answer.isFiltered) return undefined;
  }
  return "unknown";
}
