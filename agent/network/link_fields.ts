import type { NetworkInterface } from "../host/network_facts.ts";

/** What is asked of a person who changes a link, in this order, on the page and on the console. */
export const LINK_FIELD_KEYS = ["link", "method", "address", "gateway", "dnsServers"] as const;
export type LinkFieldKey = typeof LINK_FIELD_KEYS[number];

/** Everything as texts, as it is typed; `LinkSettings` makes settings of it or tells what is wrong. */
export type LinkForm = Record<LinkFieldKey, string>;

/** Labels and help of the fields. */
export const LINK_FIELDS: Readonly<Record<LinkFieldKey, { label: string; help: string }>> = {
  link: { label: "Link", help: "" },
  method: { label: "Address", help: "" },
  address: {
    label: "Fixed address",
    help: "With its prefix, such as 192.168.1.20/24. Not used with DHCP.",
  },
  gateway: { label: "Gateway", help: "Of the fixed address. Empty for a network without a way out." },
  dnsServers: { label: "DNS servers", help: "Up to three. With DHCP, empty means those that it gives." },
};

/** Where a link's address comes from. */
export const LINK_METHODS = [
  { value: "dhcp", label: "From DHCP", help: "The network gives address, gateway and DNS servers" },
  { value: "static", label: "A fixed one", help: "As entered below" },
] as const;

/** What this machine has now, as far as the form begins with it. */
export interface LinksNow {
  links: readonly NetworkInterface[];
  /** Of the default route; empty without one. */
  gateway: string;
  dnsServers: readonly string[];
}

/** The form before anything is typed: what the link has now. */
export function formOf({ links, gateway, dnsServers }: LinksNow, name: string | undefined): LinkForm {
  const link = links.find((it) => it.name === name) ?? links.find((it) => it.addresses.length > 0) ??
    links[0];
  const [first] = link?.addresses ?? [];
  return {
    link: link?.name ?? "",
    method: first && !first.isDynamic ? "static" : "dhcp",
    address: first ? `${first.address}/${first.prefixLength}` : "",
    gateway,
    dnsServers: dnsServers.join(", "),
  };
}

/** With DHCP the form still shows what the link has now: that is not asked for. `shownDns`: the servers it began with. */
export function meantBy(form: LinkForm, shownDns: readonly string[]): LinkForm {
  if (form.method !== "dhcp") return form;
  const isShown = form.dnsServers === shownDns.join(", ");
  return { ...form, address: "", gateway: "", dnsServers: isShown ? "" : form.dnsServers };
}
