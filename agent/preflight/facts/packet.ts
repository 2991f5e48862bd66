import ipaddr from "ipaddr.js";
import { POD_CIDR, SERVICE_CIDR } from "../../product/networks.ts";

/** A first packet of a TCP connection, as a firewall sees it. */
export interface Packet {
  /** Where it arrives at the machine's own programs, or is sent on. */
  hook: "input" | "forward";
  /** IPv4 address that it comes from; `undefined` = from anywhere outside. */
  source: string | undefined;
  /** Interface that it comes in by; `undefined` = one that leads outside. */
  device: string | undefined;
  port: number;
}

/** Whether an IPv4 address lies in a network ("10.42.0.0/16") or is that address. Never throws. */
export function isInNetwork(address: string, network: string): boolean {
  try {
    const [base, bits] = network.includes("/")
      ? ipaddr.IPv4.parseCIDR(network)
      : [ipaddr.IPv4.parse(network), 32] as [ipaddr.IPv4, number];
    return ipaddr.IPv4.parse(address).match(base, bits);
  } catch {
    return false; // another family, a name
  }
}

/** Whether an address or a network is one of the cluster's own, from which nobody outside comes. */
export function isOfCluster(network: string): boolean {
  const [base = ""] = network.split("/");
  return [POD_CIDR, SERVICE_CIDR].some((it) => isInNetwork(base, it));
}
