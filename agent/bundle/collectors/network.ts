import { hostCollector } from "../from_host.ts";
import type { Collector } from "../collector.ts";
import { PATHS } from "../../state/paths.ts";
import { CERTIFICATES } from "./certificates.ts";

/** How the machine reaches others. */
export const NETWORK_COLLECTORS: readonly Collector[] = [
  hostCollector("net.config", "Addresses and routes", {
    programs: [
      { path: "network/addresses.txt", argv: ["ip", "addr", "show"] },
      { path: "network/routes.txt", argv: ["ip", "route", "show", "table", "all"] },
      { path: "network/neighbours.txt", argv: ["ip", "neigh", "show"] },
      { path: "network/listening.txt", argv: ["ss", "-ltunH"] },
      { path: "network/links.txt", argv: ["networkctl", "--no-pager", "list"] },
      // With their size of packets, carrier and leases; and what was lost on them.
      { path: "network/link-status.txt", argv: ["networkctl", "--no-pager", "status", "--all"] },
      { path: "network/link-counters.txt", argv: ["ip", "-s", "link", "show"] },
    ],
  }),
  hostCollector("net.dns", "Name servers", {
    files: [
      { path: "network/resolv.conf", from: "/run/systemd/resolve/resolv.conf" },
      { path: "network/k3s-resolv.conf", from: PATHS.k3sResolvConf },
    ],
    programs: [
      { path: "network/resolvectl.txt", argv: ["resolvectl", "--no-pager", "status"] },
      { path: "network/registry-lookup.txt", argv: ["getent", "ahosts", "ghcr.io"] },
    ],
  }),
  hostCollector("net.proxy", "Proxies", {
    files: [
      { path: "network/k3s-environment.txt", from: PATHS.k3sEnvironment },
      { path: "network/environment.txt", from: "/etc/environment" },
    ],
  }),
  CERTIFICATES,
];
