import ipaddr from "ipaddr.js";
import * as z from "zod";
import { AgentError } from "../error.ts";
import type { Host } from "./host.ts";
import { isLinkLocal } from "../text/network_address.ts";
import { tryParseJson } from "../text/try_parse_json.ts";

/** One address of this machine. */
export interface InterfaceAddress {
  address: string;
  prefixLength: number;
  /** Leased, so it may change. */
  isDynamic: boolean;
}

export interface NetworkInterface {
  name: string;
  hasCarrier: boolean;
  addresses: InterfaceAddress[];
  /** Hardware address; `undefined` where there is none. */
  macAddress?: string;
  /** Largest packet in bytes, where it is told. */
  mtuBytes?: number;
}

/** One way of the main table. */
export interface Route {
  /** "default", an address or a network. */
  destination: string;
  gateway: string | undefined;
  device: string;
}

/**
 * Interfaces that Kubernetes, container engines, hypervisors and private networks make; they are never the machine's way out,
 * and nobody but their own network reaches an address on them. Docker's bridges are "br-" and 12 hex digits; "br-lan" is the site's.
 */
const INNER_INTERFACES =
  /^(?:lo$|cni\d|flannel\.|veth|kube-|cali|cilium|docker\d|br-[0-9a-f]{12}$|podman\d|virbr\d|lxdbr\d|lxcbr\d|incusbr\d|vnet\d|vmnet\d|tailscale\d|wg\d|wg-|wg$|zt[a-z0-9]|nebula|netmaker|nm-|utun\d|tun\d|tap\d|dummy\d)/;

const Links = z.array(z.looseObject({
  ifname: z.string().default(""),
  /** "none" has no link layer: WireGuard, Tailscale and other tunnels. */
  link_type: z.string().default(""),
  address: z.string().optional(),
  mtu: z.number().optional(),
  flags: z.array(z.string()).default([]),
  addr_info: z.array(z.looseObject({
    local: z.string().default(""),
    prefixlen: z.number().default(32),
    dynamic: z.boolean().default(false),
  })).default([]),
}));

const Routes = z.array(
  z.looseObject({
    /** "unreachable", "blackhole", "prohibit" and others end there; a way has none, or "unicast". */
    type: z.string().default("unicast"),
    dst: z.string().default(""),
    gateway: z.string().optional(),
    dev: z.string().default(""),
    metric: z.number().default(0),
  }),
);

/** Interfaces that lead outside, with their IPv4 addresses. @throws {AgentError} COMMAND_FAILED */
export async function readInterfaces(host: Host): Promise<NetworkInterface[]> {
  return outsideOf(await readAllInterfaces(host));
}

function outsideOf(all: readonly (NetworkInterface & { isInner: boolean })[]): NetworkInterface[] {
  return all.filter((it) => !it.isInner).map(({ isInner: _, ...it }) => it);
}

/**
 * Every IPv4 address of this machine, those that lead outside first, and the one that people should open, as
 * {@link primaryAddress} has it. @throws {AgentError} COMMAND_FAILED
 */
export async function readAllAddresses(
  host: Host,
): Promise<{ addresses: string[]; primaryAddress: string | undefined }> {
  const all = await readAllInterfaces(host);
  const outside = all.filter((it) => !it.isInner);
  const inner = all.filter((it) => it.isInner);
  return {
    addresses: [...outside, ...inner].flatMap((it) => it.addresses.map((a) => a.address)),
    primaryAddress: primaryOf(outside, await readRoutes(host).catch(() => []))?.address,
  };
}

/**
 * Interfaces that lead outside with the addresses of both kinds by which others can reach them: link-local ones of IPv6 are left
 * out. @throws {AgentError} COMMAND_FAILED
 */
export async function readReachableAddresses(host: Host): Promise<NetworkInterface[]> {
  const all = await readAllInterfaces(host, (address) =>
    ipaddr.IPv4.isValidFourPartDecimal(address) ||
    ipaddr.IPv6.isValid(address) && ipaddr.parse(address).range() !== "linkLocal");
  return outsideOf(all);
}

async function readAllInterfaces(
  host: Host,
  isWanted: (address: string) => boolean = (it) => ipaddr.IPv4.isValidFourPartDecimal(it),
): Promise<(NetworkInterface & { isInner: boolean })[]> {
  const links = await readJson(host, ["ip", "-j", "addr", "show"], Links);
  return links.map((it) => ({
    name: it.ifname,
    isInner: INNER_INTERFACES.test(it.ifname) || it.link_type === "none",
    ...(it.address === undefined ? {} : { macAddress: it.address }),
    ...(it.mtu === undefined ? {} : { mtuBytes: it.mtu }),
    hasCarrier: it.flags.includes("LOWER_UP"),
    addresses: it.addr_info.filter((a) => isWanted(a.local)).map((a) => ({
      address: a.local,
      prefixLength: a.prefixlen,
      isDynamic: a.dynamic,
    })),
  }));
}

/** Destinations that the machine routes, "default" among them, the preferred way first. @throws {AgentError} COMMAND_FAILED */
export async function readRoutes(host: Host): Promise<Route[]> {
  const routes = await readJson(host, ["ip", "-j", "route", "show"], Routes);
  return routes.filter((it) => it.type === "unicast").toSorted((a, b) => a.metric - b.metric)
    .map((it) => ({ destination: it.dst, gateway: it.gateway, device: it.dev }));
}

/** The address that people should open, as {@link mainInterface} has it. `undefined` without any. */
export async function primaryAddress(host: Host): Promise<InterfaceAddress | undefined> {
  return primaryOf(await readInterfaces(host), await readRoutes(host).catch(() => []));
}

function primaryOf(
  interfaces: readonly NetworkInterface[],
  routes: readonly Route[],
): InterfaceAddress | undefined {
  return mainInterface(interfaces, routes)?.addresses.find(isReachable);
}

/** The interface that leads outside: that of the default route, else the first with a cable and an address that is not link-local. */
export function mainInterface<T extends NetworkInterface>(
  interfaces: readonly T[],
  routes: readonly Route[],
): T | undefined {
  const usable = interfaces.filter((it) => it.hasCarrier && it.addresses.some(isReachable));
  const defaults = routes.filter((it) => it.destination === "default").map((it) => it.device);
  for (const device of defaults) {
    const found = usable.find((it) => it.name === device);
    if (found) return found;
  }
  return usable[0];
}

function isReachable({ address }: InterfaceAddress): boolean {
  return !isLinkLocal(address);
}

/** Where upstream DNS servers stand: those of systemd-resolved first, whose own file names only its stub. */
export const RESOLV_CONFS = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"] as const;

/** Upstream DNS servers in order: of systemd-resolved, else of resolv.conf, loopback left out. */
export async function readResolvers(host: Host): Promise<string[]> {
  for (const path of RESOLV_CONFS) {
    const servers = parseResolvConf(await host.readText(path) ?? "");
    if (servers.length > 0) return servers;
  }
  return [];
}

/** The usable name servers of a resolv.conf(5). Never throws. */
export function parseResolvConf(text: string): string[] {
  return describeResolvConf(text).servers;
}

/** What stands in a resolv.conf(5). */
export interface ResolvConf {
  /** IPv4 addresses that pods can reach. */
  servers: string[];
  /** Servers that pods, which have IPv4 only, cannot reach. */
  ipv6Servers: string[];
  /** Servers that every machine takes for itself. */
  loopbackServers: string[];
  /** Domains that are tried behind a name. */
  searchDomains: string[];
}

/** Reads a resolv.conf(5); what is not an address is passed over. Never throws. */
export function describeResolvConf(text: string): ResolvConf {
  const found: ResolvConf = { servers: [], ipv6Servers: [], loopbackServers: [], searchDomains: [] };
  for (const line of text.split("\n")) {
    // trim() takes the byte order mark and the carriage return of other systems, too.
    const [word = "", ...rest] = line.trim().split(/[ \t]+/);
    if (word === "search" || word === "domain") {
      // The last line of either kind wins.
      found.searchDomains = rest.filter((it) => /^[\w.-]{1,253}$/.test(it) && it !== ".");
    }
    if (word !== "nameserver") continue;
    const server = rest[0] ?? "";
    // An address of the link has its interface behind a "%".
    const isIpv4 = ipaddr.IPv4.isValidFourPartDecimal(server);
    if (!isIpv4 && !ipaddr.IPv6.isValid(server)) continue;
    const range = ipaddr.parse(server).range();
    if (range === "unspecified") continue;
    if (range === "loopback") found.loopbackServers.push(server);
    else if (isIpv4) found.servers.push(server);
    else found.ipv6Servers.push(server);
  }
  const distinct = (list: string[]) => [...new Set(list)];
  return {
    servers: distinct(found.servers),
    ipv6Servers: distinct(found.ipv6Servers),
    loopbackServers: distinct(found.loopbackServers),
    searchDomains: distinct(found.searchDomains),
  };
}

async function readJson<T>(host: Host, argv: [string, ...string[]], schema: z.ZodType<T>): Promise<T> {
  const { code, stdout, stderr } = await host.run(argv, {
    timeoutMs: 5_000,
    maxOutputBytes: 4 * 1024 * 1024,
  });
  const command = `"${argv.join(" ")}"`;
  if (code !== 0) throw new AgentError("COMMAND_FAILED", `${command} ended with ${code}: ${stderr.trim()}`);
  // `ip` prints nothing at all when there is nothing to list.
  const parsed = schema.safeParse(stdout.trim() === "" ? [] : tryParseJson(stdout));
  if (!parsed.success) {
    throw new AgentError("COMMAND_FAILED", `${command} gave an answer that cannot be read`);
  }
  return parsed.data;
}
