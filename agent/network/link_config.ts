import { stringify } from "yaml";
import type { Host } from "../host/host.ts";
import type { LinkSettings } from "./link_settings.ts";

/**
 * What takes a link's settings up on this machine. Both end in systemd-networkd, of whose descriptions the first that fits a
 * link counts, in the order of their names.
 * @see netplan(5), systemd.network(5)
 */
export interface LinkConfig {
  /** Our file for this link. */
  path: string;
  mode: number;
  text: string;
  /** What looks at the file before anything is taken up; changes nothing that counts. */
  validate: readonly [string, ...string[]] | undefined;
  /** What takes it up, one after the other. */
  apply: readonly (readonly [string, ...string[]])[];
}

const NETPLAN_PROGRAMS = ["/usr/sbin/netplan", "/usr/bin/netplan"] as const;
/**
 * Runs a program as a service of its own, and waits for its end: netplan has udev look at each link again, by files of /sys that
 * are closed to the agent's own service, and gives up where it cannot. @see systemd-run(1)
 */
const OUTSIDE = ["systemd-run", "--quiet", "--wait", "--collect", "--pipe"] as const;
const OWNER = '# Written by alga-agent ("alga-agent network set"); its next change replaces this file.\n';

/** Whether netplan describes the links of this machine. */
export async function hasNetplan(host: Host): Promise<boolean> {
  for (const path of NETPLAN_PROGRAMS) {
    if (await host.info(path) !== undefined) return true;
  }
  return false;
}

/** The file for a link's settings and the programs that take it up. */
export async function linkConfig(host: Host, settings: LinkSettings): Promise<LinkConfig> {
  return await hasNetplan(host) ? netplanConfig(settings) : networkdConfig(settings);
}

/**
 * A definition of its own, so that lists of other files (addresses, name servers) are not added to it, with an id that comes
 * first among netplan's.
 */
function netplanConfig({ link, method, address, gateway, dnsServers }: LinkSettings): LinkConfig {
  const nameservers = dnsServers.length === 0 ? {} : { nameservers: { addresses: dnsServers } };
  const own = dnsServers.length === 0 ? {} : { "dhcp4-overrides": { "use-dns": false } };
  const definition = method === "dhcp" ? { dhcp4: true, ...own, ...nameservers } : {
    dhcp4: false,
    addresses: [address],
    ...gateway === "" ? {} : { routes: [{ to: "default", via: gateway }] },
    ...nameservers,
  };
  const document = {
    network: { version: 2, ethernets: { [`00-alga-${link}`]: { match: { name: link }, ...definition } } },
  };
  return {
    path: `/etc/netplan/90-alga-${link}.yaml`,
    // netplan warns of files that others can read.
    mode: 0o600,
    text: OWNER + stringify(document),
    validate: ["netplan", "generate"],
    apply: [[...OUTSIDE, "netplan", "apply"]],
  };
}

function networkdConfig({ link, method, address, gateway, dnsServers }: LinkSettings): LinkConfig {
  const lines = ["[Match]", `Name=${link}`, "", "[Network]"];
  if (method === "dhcp") {
    lines.push("DHCP=ipv4", ...dnsServers.map((it) => `DNS=${it}`));
    if (dnsServers.length > 0) lines.push("", "[DHCPv4]", "UseDNS=no");
  } else {
    lines.push(`Address=${address}`, ...gateway === "" ? [] : [`Gateway=${gateway}`]);
    lines.push(...dnsServers.map((it) => `DNS=${it}`));
  }
  return {
    path: `/etc/systemd/network/00-alga-${link}.network`,
    mode: 0o644,
    text: `${OWNER}${lines.join("\n")}\n`,
    validate: undefined,
    // Sets up each link whose description is another one now; once more would take its address for a moment.
    apply: [["networkctl", "reload"]],
  };
}
