import ipaddr from "ipaddr.js";
import * as z from "zod";

/** Longest name that the kernel gives a link. @see linux/if.h IFNAMSIZ */
const LINK_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
const MAX_DNS_SERVERS = 3;

const LinkName = z.string().trim().regex(LINK_NAME, 'must be the name of a link, such as "ens18"');

const Gateway = z.string().trim().superRefine((text, context) => {
  if (text !== "" && !ipaddr.IPv4.isValidFourPartDecimal(text)) {
    context.addIssue({
      code: "custom",
      message:
        `"${text}" is not an IPv4 address; write it as 192.168.1.1, or leave it empty for a network without a way out`,
    });
  }
});

const DnsServers = z.union([z.string(), z.array(z.string())]).transform((given, context) => {
  const words = (Array.isArray(given) ? given : given.split(/[\s,]+/)).map((it) => it.trim())
    .filter((it) => it !== "");
  for (const it of words) {
    if (!ipaddr.IPv4.isValidFourPartDecimal(it)) {
      context.addIssue({
        code: "custom",
        message: `"${it}" is not an IPv4 address; write it as 192.168.1.1`,
      });
    }
  }
  if (words.length > MAX_DNS_SERVERS) {
    context.addIssue({ code: "custom", message: `are too many: ${MAX_DNS_SERVERS} are used at most` });
  }
  return [...new Set(words)];
});

/** How one link gets its addresses, as a person asks for it. IPv4: the pods' and services' networks have no other. */
export const LinkSettings = z.strictObject({
  link: LinkName,
  method: z.enum(["dhcp", "static"]),
  /** With the length of the network's prefix: "192.168.1.20/24". Empty with DHCP. */
  address: z.string().default(""),
  /** Empty: nothing outside of the link's own network is reached by it. */
  gateway: Gateway.default(""),
  /** Empty with DHCP: those of the lease. */
  dnsServers: DnsServers.default([]),
}).superRefine(({ method, address, gateway }, context) => {
  const refuse = (field: string, message: string) =>
    context.addIssue({ code: "custom", path: [field], message });
  if (method === "dhcp") {
    if (address.trim() !== "") refuse("address", "comes from DHCP; choose a fixed address to enter one");
    if (gateway !== "") refuse("gateway", "comes from DHCP; choose a fixed address to enter one");
    return;
  }
  const problem = addressProblem(address.trim());
  if (problem !== undefined) return refuse("address", problem);
  const [ip, bits] = ipaddr.IPv4.parseCIDR(address.trim());
  // Another text was refused above.
  if (!ipaddr.IPv4.isValidFourPartDecimal(gateway)) return;
  const way = ipaddr.IPv4.parse(gateway);
  if (!way.match(ip, bits)) {
    refuse("gateway", `is outside of ${networkOf(address.trim())}, so it cannot be reached`);
  }
  if (gateway === ip.toString()) refuse("gateway", "is the address itself; enter that of the router");
}).transform((it) => ({ ...it, address: it.address.trim() }));
export type LinkSettings = z.infer<typeof LinkSettings>;

/** Why a text cannot be a machine's address, in words that follow its name; `undefined` when it can. */
function addressProblem(text: string): string | undefined {
  const [ip = "", length, ...rest] = text.split("/");
  if (!ipaddr.IPv4.isValidFourPartDecimal(ip)) {
    return `"${text}" is not an IPv4 address with its prefix; write it as 192.168.1.20/24`;
  }
  if (length === undefined) return `lacks the length of the prefix; write it as ${ip}/24`;
  const bits = Number(length);
  if (rest.length > 0 || !/^\d{1,2}$/.test(length) || bits < 1 || bits > 30) {
    return `has the prefix /${[length, ...rest].join("/")}; it must be between /1 and /30, most often /24`;
  }
  const range = ipaddr.IPv4.parse(ip).range();
  if (range === "loopback" || range === "multicast" || range === "linkLocal" || range === "unspecified") {
    return `${ip} is ${RANGE_WORDS[range]}; no other machine reaches it`;
  }
  if (ip === ipaddr.IPv4.networkAddressFromCIDR(`${ip}/${bits}`).toString()) {
    return `${ip} names the network itself; the machine needs an address within it`;
  }
  if (ip === ipaddr.IPv4.broadcastAddressFromCIDR(`${ip}/${bits}`).toString()) {
    return `${ip} is the address of all machines of the network; this one needs its own`;
  }
  return undefined;
}

const RANGE_WORDS = {
  loopback: "the machine's address for itself",
  multicast: "an address of a group",
  linkLocal: "an address that machines give themselves",
  unspecified: "no address",
} as const;

/** The network of an address with its prefix: "192.168.1.0/24". */
export function networkOf(cidr: string): string {
  return `${ipaddr.IPv4.networkAddressFromCIDR(cidr)}/${cidr.split("/")[1]}`;
}

/** The address without its prefix; `undefined` where DHCP gives one. */
export function fixedAddress({ method, address }: LinkSettings): string | undefined {
  return method === "static" ? address.split("/")[0] : undefined;
}
