import { POD_CIDR, SERVICE_CIDR } from "../product/networks.ts";
import type { CauseShape } from "./cause_shape.ts";
import { LOOK_AT_THE_WAY, MISNAMED, named, QUOTED } from "./phrases.ts";

interface Asked {
  /** The host that was asked, or the proxy; "" when the text does not tell it. */
  server: string;
}

const registry = (w: Asked) => w.server || "the registry";
const Registry = (w: Asked) => w.server || "The registry";
/** A server that is named with its port is on that one. */
const withPort = (w: Asked) => /:\d+$/.test(w.server) ? w.server : `${registry(w)} on port 443`;

/** Connections that do not come about, from the route to the certificate. */
export const NETWORK = {
  noRoute: {
    id: "net.no-route",
    kind: "cause",
    owner: "network-admin",
    title: "This machine cannot reach the internet",
    reason: (w) => `There is no route to ${registry(w)}.`,
    nextAction:
      'Check the gateway: "ip route" shows what there is, /etc/netplan holds it, "sudo netplan try" applies it.',
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Asked>,
  ipv6: {
    id: "net.ipv6",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `${Registry(w)} cannot be reached over IPv6`,
    reason: "Its IPv6 address was tried, and this machine has no way there. That says nothing of IPv4.",
    nextAction:
      "Ask the network administrator for a working IPv6 route, or switch IPv6 off on this machine, so that the IPv4 address is used.",
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Asked>,
  hostFirewall: {
    id: "net.host-firewall",
    kind: "cause",
    owner: "you",
    place: { tier: "platform", component: "network" },
    title: "A firewall on this machine blocks the services of Alga",
    reason: "They cannot reach Kubernetes on the same machine, though it answers.",
    nextAction:
      `Let them through: sudo ufw allow from ${POD_CIDR} to any; sudo ufw allow from ${SERVICE_CIDR} to any; sudo ufw reload. With another firewall, trust the same two networks there.`,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
  egress: {
    id: "net.egress",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `${Registry(w)} cannot be reached`,
    reason: (w) =>
      w.isLocal
        ? "Names are found, but a firewall or security software on this machine forbids the connection."
        : "Names are found, but connections are refused or dropped, most often by a firewall.",
    nextAction: (w) =>
      w.isLocal
        ? `Allow outgoing connections to ${
          withPort(w)
        } in the firewall of this machine (sudo ufw status verbose, sudo nft list ruleset).`
        : `Ask the network administrator to allow outgoing connections to ${withPort(w)}.`,
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Asked & { /** This machine's own firewall. */ isLocal?: boolean }>,
  proxyAuth: {
    id: "net.proxy-auth",
    kind: "cause",
    owner: "network-admin",
    title: "The proxy asks for a user and password",
    reason: "Downloads go through a proxy that refused us (407).",
    nextAction: "Enter the proxy user and password.",
    retrySafe: true,
    action: "open-settings",
  } satisfies CauseShape,
  proxyDenied: {
    id: "net.proxy-denied",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The proxy forbids ${registry(w)}`,
    reason: "It answered that this address is not allowed.",
    nextAction: (w) => `Ask the network administrator to allow ${registry(w)} in the proxy.`,
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Asked>,
  proxyDown: {
    id: "net.proxy-down",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The proxy${named(w.server)} cannot be reached`,
    reason: (w) =>
      w.isUnknown
        ? "Downloads are set to go through it, and the DNS server does not know its name."
        : "Downloads are set to go through it.",
    nextAction: "Check the proxy address, or the proxy itself.",
    retrySafe: true,
    action: "open-settings",
  } satisfies CauseShape<Asked & { /** Nobody knows its name. */ isUnknown?: boolean }>,
  tlsIntercept: {
    id: "net.tls-intercept",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The connection to ${registry(w)} is not trusted`,
    reason: (w) =>
      w.isMisnamed
        ? MISNAMED.reason
        : "What answers there does not show a certificate that this machine trusts: most often a device in between, or a server that does not encrypt.",
    nextAction: (w) =>
      w.isMisnamed
        ? MISNAMED.nextAction
        : "Ask the network administrator to exempt the address from inspection, or for the certificate of that device, and add it to this machine.",
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Asked & { isMisnamed?: boolean }>,
  webPage: {
    id: "net.web-page",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `A web page comes in place of what ${registry(w)} holds`,
    reason:
      "A proxy, a firewall or the sign-in page of a network answers in its name, with a page for people.",
    nextAction: (w) =>
      `Ask the network administrator to let downloads from ${
        registry(w)
      } through as they are, without a page in between.`,
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Asked>,
  mtu: {
    id: "net.mtu",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `Secure connections to ${registry(w)} begin and then hang`,
    reason: "Small packets arrive, large ones are most likely lost on the way.",
    nextAction:
      "Lower the packet size (MTU) of this machine's network, for example to 1400, or ask the network administrator.",
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Asked>,
  registry: {
    id: "net.registry",
    kind: "general",
    owner: "network-admin",
    title: "The registry cannot be used from this machine",
    reason: `The last try failed. ${QUOTED}`,
    nextAction: `${LOOK_AT_THE_WAY}.`,
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape,
  certificateExpired: {
    id: "net.cert-expired",
    kind: "cause",
    owner: "network-admin",
    title: (w) => `The certificate of ${registry(w)} has expired`,
    reason: (w) =>
      `It was valid until ${w.until === "" ? "some time ago" : w.until}, by the clock of this machine.`,
    nextAction:
      "Check that clock first (timedatectl). If it is right, ask the network administrator: whoever runs that server, or the device in between, has to renew the certificate.",
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<Asked & { /** "" where the text does not tell it. */ until: string }>,
  clock: {
    id: "time.skew",
    kind: "cause",
    owner: "you",
    title: "The clock of this machine is wrong",
    reason: "Certificates look as if they were not valid yet, or out of date for years.",
    nextAction: "Let it follow a time server (sudo timedatectl set-ntp true), or set the time.",
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape,
};
