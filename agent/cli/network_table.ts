import type { NetworkState } from "../network/link_state.ts";
import { otherRoutes } from "../network/other_routes.ts";
import { type Layout, printLine } from "../text/printable.ts";
import { utcTime } from "../text/utc_time.ts";

const LABEL_COLUMNS = 13;

/** Links, addresses and what is being tried, one a line. Pure. */
export function networkTable(
  { links, routes, dnsServers, trial }: NetworkState & { trial: { endsAt: string } | null },
  layout: Layout,
): string {
  const gateway = routes.find((it) => it.destination === "default")?.gateway;
  const rows: [string, string][] = links.flatMap(({ name, hasCarrier, addresses }): [string, string][] => {
    if (!hasCarrier) return [[name, "no link: no cable, or the other end is off"]];
    if (addresses.length === 0) return [[name, "no address: DHCP has given none"]];
    return addresses.map((
      it,
    ) => [name, `${it.address}/${it.prefixLength}  ${it.isDynamic ? "DHCP" : "fixed"}`]);
  });
  rows.push(["Gateway", gateway ?? "none: nothing outside of this network can be reached"]);
  otherRoutes(routes).forEach((it, i) => rows.push([i === 0 ? "Routes" : "", it]));
  rows.push(["DNS servers", dnsServers.join(", ") || "none: names cannot be looked up"]);
  if (trial) {
    rows.push([
      "On trial",
      `until ${utcTime(trial.endsAt)}; "alga-agent network keep" keeps the new settings`,
    ]);
  }
  const lines = rows.map(([label, value]) =>
    printLine(`${label.padEnd(LABEL_COLUMNS)}${value}`, LABEL_COLUMNS, layout)
  );
  return `${lines.join("\n")}\n`;
}
