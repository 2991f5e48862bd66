import * as z from "zod";
import type { Gate } from "../operation/gate.ts";
import type { Condition } from "../operation/conditions.ts";
import { POD_CIDR, SERVICE_CIDR } from "../product/networks.ts";
import { networksOverlap } from "../text/network_address.ts";
import type { NetworkContext } from "./context.ts";
import { addressesOf, isManaged, type NetworkState, readNetworkState } from "./link_state.ts";
import { fixedAddress, type LinkSettings, networkOf } from "./link_settings.ts";

const Report = z.object({
  conditions: z.array(z.object({
    id: z.string(),
    cause: z.string(),
    wayOut: z.string(),
    mayBeAccepted: z.boolean(),
  })),
});
type Report = z.infer<typeof Report>;

/** Everything that may stand in the way, by id. */
export const NETWORK_CHECKS = ["link", "managed", "cluster-network", "node-address"] as const;
type NetworkCheck = typeof NETWORK_CHECKS[number];
type Found = Condition & { id: NetworkCheck };

/** What has to be so before a link gets other settings. */
export const networkGate: Gate<NetworkContext, Report> = {
  id: "check",
  title: "Check the change",
  failure: {
    category: "network",
    cannot: "The change could not be checked",
    nextAction: "Try again; if it stays, look at the agent's log (journalctl -u alga-appliance)",
  },
  read(data) {
    const parsed = Report.safeParse(data);
    return parsed.success ? parsed.data : undefined;
  },
  conditions: ({ conditions }) => conditions,
  ids: () => NETWORK_CHECKS,
  summary: ({ conditions }) =>
    conditions.length === 0 ? "Nothing stands in the way" : "Something stands in the way",
  async check({ host, settings, hasKubernetes }) {
    const state = await readNetworkState(host);
    const found = [
      linkThere(settings, state, await isManaged(host, settings.link)),
      clusterNetwork(settings),
      hasKubernetes() ? newAddress(settings, state) : undefined,
    ];
    return { conditions: found.filter((it) => it !== undefined) };
  },
};

function linkThere(
  { link }: LinkSettings,
  { links }: NetworkState,
  isManagedHere: boolean,
): Found | undefined {
  if (!links.some((it) => it.name === link)) {
    const names = links.map((it) => it.name).join(", ");
    return {
      id: "link",
      cause: `This machine has no link ${link} that leads outside`,
      wayOut: names === "" ? "Give this machine a network card first" : `Choose one of these: ${names}`,
      mayBeAccepted: false,
    };
  }
  return isManagedHere ? undefined : {
    id: "managed",
    cause: `systemd-networkd does not look after ${link}; another program does, or nobody`,
    wayOut: `Change its address with the program that does (see what "networkctl status ${link}" says)`,
    mayBeAccepted: false,
  };
}

/** An address within the networks of pods or services is never found from inside them. */
function clusterNetwork({ method, address }: LinkSettings): Found | undefined {
  const taken = method === "dhcp"
    ? undefined
    : [POD_CIDR, SERVICE_CIDR].find((it) => networksOverlap(it, address));
  return taken === undefined ? undefined : {
    id: "cluster-network",
    cause: `${networkOf(address)} overlaps ${taken}, which Kubernetes uses within this machine`,
    wayOut: `Choose a network that does not overlap ${POD_CIDR} and ${SERVICE_CIDR}`,
    mayBeAccepted: false,
  };
}

/** Kubernetes and people know this machine by its address. */
function newAddress(settings: LinkSettings, state: NetworkState): Found | undefined {
  const before = addressesOf(state, settings.link);
  const [first] = before;
  if (first === undefined) return undefined;
  const wanted = fixedAddress(settings);
  const stays = wanted === undefined
    ? before.some((it) => it.isDynamic)
    : before.some((it) => it.address === wanted);
  if (stays) return undefined;
  const now = wanted ?? "the one that DHCP gives";
  return {
    id: "node-address",
    // Not what Kubernetes knows: that may be the wanted one, which this brings back.
    cause: `Alga runs here, and the address of this machine changes from ${first.address} to ${now}`,
    wayOut:
      "Accept this to go on: once you have kept the new address, Kubernetes is restarted with it, and Alga is away for some minutes",
    mayBeAccepted: true,
  };
}
