import ipaddr from "ipaddr.js";

/**
 * Who counts as one source of requests: an IPv4 address, or the /64 of an IPv6 address, since whoever has one address of it has
 * them all. An address of IPv4 in IPv6 clothes is the IPv4 address. What is not an address ("socket") stands for itself.
 * @see RFC 6177, RFC 4291 §2.5.5.2
 */
export function sourceOf(remoteAddr: string): string {
  const text = remoteAddr.split("%")[0] ?? "";
  if (!ipaddr.isValid(text)) return remoteAddr;
  const address = ipaddr.process(text);
  if (address.kind() === "ipv4") return address.toString();
  return `${(address as ipaddr.IPv6).parts.slice(0, 4).map((it) => it.toString(16)).join(":")}::/64`;
}
