import ipaddr from "ipaddr.js";

/** Whether an IPv4 address is one that a machine gives itself where nobody gives it one: only neighbours reach it. @see RFC 3927 */
export function isLinkLocal(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) && ipaddr.IPv4.parse(address).range() === "linkLocal";
}

/** Whether an address lies in a network of its family ("10.42.0.0/16") or is that address. Never throws. */
export function isInNetwork(address: string, network: string): boolean {
  const [inner, outer] = [tryParseNetwork(address), tryParseNetwork(network)];
  return inner !== undefined && outer !== undefined && !address.includes("/") && matches(inner, outer);
}

/** Whether two networks, or addresses, share an address. Never throws: what is neither shares none. */
export function networksOverlap(a: string, b: string): boolean {
  const [first, second] = [tryParseNetwork(a), tryParseNetwork(b)];
  if (first === undefined || second === undefined) return false;
  return matches(first, second) || matches(second, first);
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

function tryParseNetwork(text: string): Network | undefined {
  try {
    if (text.includes("/")) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  } catch {
    return undefined; // a name, a word of the routing table such as "unreachable"
  }
}

/** Whether the whole of the inner one lies in the outer one. */
function matches([inner, innerBits]: Network, [outer, bits]: Network): boolean {
  return inner.kind() === outer.kind() && innerBits >= bits && inner.match(outer, bits);
}
