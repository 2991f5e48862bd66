import { POD_CIDR, SERVICE_CIDR } from "../../product/networks.ts";
import { isInNetwork } from "../../text/network_address.ts";

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

/** Whether an address or a network is one of the cluster's own, from which nobody outside comes. */
export function isOfCluster(network: string): boolean {
  const [base = ""] = network.split("/");
  return [POD_CIDR, SERVICE_CIDR].some((it) => isInNetwork(base, it));
}
