import type { Host } from "../host/host.ts";
import {
  type InterfaceAddress,
  type NetworkInterface,
  readInterfaces,
  readResolvers,
  readRoutes,
  type Route,
} from "../host/network_facts.ts";
import { fixedAddress, type LinkSettings } from "./link_settings.ts";
import { isLinkLocal } from "../text/network_address.ts";

export type { NetworkInterface };

/** The network of this machine as it is now. */
export interface NetworkState {
  links: readonly NetworkInterface[];
  routes: readonly Route[];
  /** Upstream DNS servers. */
  dnsServers: readonly string[];
}

/** @throws {AgentError} COMMAND_FAILED */
export async function readNetworkState(host: Host): Promise<NetworkState> {
  const [links, routes, dnsServers] = await Promise.all([
    // While links change the kernel breaks its list off, and the program with it: the next one is whole.
    readInterfaces(host).catch(() => readInterfaces(host)),
    readRoutes(host).catch(() => []),
    readResolvers(host),
  ]);
  return { links, routes, dnsServers };
}

/** What a link has that is not as asked, in words; `undefined` when all of it is. */
export function differenceFrom(settings: LinkSettings, { links, routes }: NetworkState): string | undefined {
  const { link, method, address, gateway } = settings;
  const found = links.find((it) => it.name === link);
  if (!found) return `${link} is not there`;
  if (method === "dhcp") {
    return found.addresses.some(isLeased) ? undefined : `${link} has no address from DHCP`;
  }
  if (!found.addresses.some((it) => `${it.address}/${it.prefixLength}` === address)) {
    return `${link} does not have ${address}`;
  }
  const surplus = found.addresses.find((it) => isLeased(it) && it.address !== fixedAddress(settings));
  if (surplus) return `${link} still has ${surplus.address} from DHCP`;
  const ways = routes.filter((it) => it.destination === "default" && it.device === link);
  if (gateway !== "" && !ways.some((it) => it.gateway === gateway)) {
    return `${link} has no way out by ${gateway}`;
  }
  if (gateway === "" && ways.length > 0) return `${link} still has a way out by ${ways[0]?.gateway}`;
  return undefined;
}

function isLeased({ address, isDynamic }: InterfaceAddress): boolean {
  return isDynamic && !isLinkLocal(address);
}

/** The addresses of a link; none where it is not there. */
export function addressesOf(
  { links }: Pick<NetworkState, "links">,
  link: string,
): readonly InterfaceAddress[] {
  return links.find((it) => it.name === link)?.addresses ?? [];
}

/** The index by which the kernel and systemd-networkd know a link. */
async function linkIndex(host: Host, link: string): Promise<string | undefined> {
  return (await host.readText(`/sys/class/net/${link}/ifindex`))?.trim();
}

/** Whether systemd-networkd looks after a link. @see org.freedesktop.network1(5), sd-network's state files */
export async function isManaged(host: Host, link: string): Promise<boolean> {
  const state = await host.readText(`/run/systemd/netif/links/${await linkIndex(host, link)}`);
  return state !== undefined && !/^ADMIN_STATE=unmanaged$/m.test(state);
}
