import type { NetworkView } from "../document.ts";
import type { Model, View } from "../model.ts";
import { wrap } from "../cells.ts";
import { networkKeys } from "../network_keys.ts";
import { type Body, type Room, scrolled } from "./body.ts";

/** Links and addresses, each with where it comes from, and what is being tried. */
export function networkBody(
  { document, notice }: Model,
  { offset }: Extract<View, { name: "network" }>,
  { columns, rows, cells }: Room,
): Body {
  const network = document?.network;
  const texts = network === undefined ? ["The agent has not told yet."] : [
    "Network of this machine",
    "",
    ...addressLines(network),
    "",
    `Gateway      ${network.gateway ?? "none: nothing outside of this network can be reached"}`,
    ...network.otherRoutes.map((it, i) => (i === 0 ? "Routes" : "").padEnd(13) + it),
    `DNS servers  ${network.resolvers.join(", ") || "none: names cannot be looked up"}`,
    "",
    ...trialLines(network),
    ...notice === "" ? [] : ["", notice],
  ];
  const lines = texts.flatMap((it) => wrap(cells(it), columns - 2, 13)).map((it) => `  ${it}`.trimEnd());
  const part = scrolled(lines, offset, rows);
  const keys = network === undefined ? [] : networkKeys(network).map((it) => `${it.key} ${it.label}`);
  return { lines: part.lines, keys: [...keys, "Esc Back", ...part.keys] };
}

/** What is tried now, or what has become of the last change. */
function trialLines({ trial, change }: NetworkView): readonly string[] {
  if (trial === null) return change?.lines ?? [];
  const end = trial.endsAt.slice(11, 19);
  return [
    `New settings are tried until ${end} UTC; then the old ones come back by themselves.`,
    trial.mayBeKept ? "Press k to keep them." : "The link is taking them up.",
  ];
}

/** "ens18  192.168.64.8/24  DHCP", one line an address or link without one. */
export function addressLines({ interfaces }: NetworkView): string[] {
  if (interfaces.length === 0) return ["Address      no network interface is known"];
  return interfaces.flatMap(({ name, hasCarrier, addresses }) => {
    if (!hasCarrier) return [`${name.padEnd(12)} no link: no cable, or the other end is off`];
    if (addresses.length === 0) return [`${name.padEnd(12)} no address: DHCP has given none`];
    return addresses.map((it) =>
      `${name.padEnd(12)} ${it.address}/${it.prefixLength}  ${sourceOf(it.address, it.isDynamic)}`
    );
  });
}

/** The kernel knows whether an address has a lifetime, which a lease or a router's announcement gives. */
function sourceOf(address: string, isDynamic: boolean): string {
  if (!isDynamic) return "static";
  return address.includes(":") ? "from the network (DHCPv6 or router)" : "DHCP";
}
