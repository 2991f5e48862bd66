import ipaddr from "ipaddr.js";
import * as z from "zod";
import { AgentError } from "../error.ts";
import type { Host } from "./host.ts";

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
}

/** Interfaces that Kubernetes makes; they are never the machine's way out. */
const CLUSTER_INTERFACES = /^(lo|cni\d+|flannel\..*|veth.*|kube-.*|docker\d+|br-.*)$/;

const Links = z.array(z.looseObject({
  ifname: z.string().default(""),
  flags: z.array(z.string()).default([]),
  addr_info: z.array(z.looseObject({
    local: z.string().default(""),
    prefixlen: z.number().default(32),
    dynamic: z.boolean().default(false),
  })).default([]),
}));

const Routes = z.array(
  z.looseObject({ dst: z.string().default(""), gateway: z.string().optional(), dev: z.string().default("") }),
);

/** Interfaces that lead outside, with their IPv4 addresses. @throws {AgentError} COMMAND_FAILED */
export async function readInterfaces(host: Host): Promise<NetworkInterface[]> {
  return (await readAllInterfaces(host)).filter((it) => !CLUSTER_INTERFACES.test(it.name));
}

/**
 * Every IPv4 address of this machine, those that lead outside first, and the one that people should open, as
 * {@link primaryAddress} has it. @throws {AgentError} COMMAND_FAILED
 */
export async function readAllAddresses(
  host: Host,
): Promise<{ addresses: string[]; primaryAddress: string | undefined }> {
  const all = await readAllInterfaces(host);
  const own = all.filter((it) => CLUSTER_INTERFACES.test(it.name));
  const outside = all.filter((it) => !own.includes(it));
  return {
    addresses: [...outside, ...own].flatMap((it) => it.addresses.map((a) => a.address)),
    primaryAddress: primaryOf(outside)?.address,
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
  return all.filter((it) => !CLUSTER_INTERFACES.test(it.name));
}

async function readAllInterfaces(
  host: Host,
  isWanted: (address: string) => boolean = (it) => ipaddr.IPv4.isValidFourPartDecimal(it),
): Promise<NetworkInterface[]> {
  const links = await readJson(host, ["ip", "-j", "addr", "show"], Links);
  return links.map((it) => ({
    name: it.ifname,
    hasCarrier: it.flags.includes("LOWER_UP"),
    addresses: it.addr_info.filter((a) => isWanted(a.local)).map((a) => ({
      address: a.local,
      prefixLength: a.prefixlen,
      isDynamic: a.dynamic,
    })),
  }));
}

/** Destinations that the machine routes, "default" among them. @throws {AgentError} COMMAND_FAILED */
export async function readRoutes(
  host: Host,
): Promise<{ destination: string; gateway: string | undefined; device: string }[]> {
  const routes = await readJson(host, ["ip", "-j", "route", "show"], Routes);
  return routes.map((it) => ({ destination: it.dst, gateway: it.gateway, device: it.dev }));
}

/** The address that people should open: the first that is not link-local. `undefined` without any. */
export async function primaryAddress(host: Host): Promise<InterfaceAddress | undefined> {
  return primaryOf(await readInterfaces(host));
}

function primaryOf(interfaces: readonly NetworkInterface[]): InterfaceAddress | undefined {
  const all = interfaces.filter((it) => it.hasCarrier).flatMap((it) => it.addresses);
  return all.find((it) => !it.address.startsWith("169.254."));
}

/** Upstream DNS servers in order: of systemd-resolved, else of resolv.conf, loopback left out. @see contract.md 8.2 */
export async function readResolvers(host: Host): Promise<string[]> {
  for (const path of ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"]) {
    const servers = parseResolvConf(await host.readText(path) ?? "");
    if (servers.length > 0) return servers;
  }
  return [];
}

/** The usable name servers of a resolv.conf(5). Never throws. */
export function parseResolvConf(text: string): string[] {
  const servers = [...text.matchAll(/^[ \t]*nameserver[ \t]+(\S+)/gm)].map((it) => it[1] ?? "")
    .filter((it) =>
      ipaddr.IPv4.isValidFourPartDecimal(it) &&
      !["loopback", "unspecified"].includes(ipaddr.IPv4.parse(it).range())
    );
  return [...new Set(servers)];
}

async function readJson<T>(host: Host, argv: [string, ...string[]], schema: z.ZodType<T>): Promise<T> {
  const { code, stdout, stderr } = await host.run(argv, {
    timeoutMs: 5_000,
    maxOutputBytes: 4 * 1024 * 1024,
  });
  const command = `"${argv.join(" ")}"`;
  if (code !== 0) throw new AgentError("COMMAND_FAILED", `${command} ended with ${code}: ${stderr.trim()}`);
  const parsed = schema.safeParse(tryParseJson(stdout));
  if (!parsed.success) {
    throw new AgentError("COMMAND_FAILED", `${command} gave an answer that cannot be read`);
  }
  return parsed.data;
}

/** `ip` prints nothing at all when there is nothing to list. */
function tryParseJson(text: string): unknown {
  try {
    return text.trim() === "" ? [] : JSON.parse(text);
  } catch {
    return undefined;
  }
}
