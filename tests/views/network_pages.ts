import type { OperationView } from "../../agent/operation/operation.ts";
import type { NetworkView } from "../../agent/network/network_service.ts";
import { LinkSettings } from "../../agent/network/link_settings.ts";
import { renderPage } from "../../views/layout.ts";
import { keepPage, networkPage, triedPage } from "../../views/network_page.ts";
import { stubOperation } from "../routes/settings_stub.ts";
import { AT, sampleFrame } from "./samples.ts";
import { SETTINGS_STATES } from "./settings_pages.ts";

const SETTINGS = LinkSettings.parse({ link: "ens18", method: "dhcp" });

/** Every page of the network, `t` in place of every text from outside. */
export function networkPages(t: string): Record<string, string> {
  const page = (body: Parameters<typeof renderPage>[1]) => renderPage(sampleFrame(t), body);
  const condition = (mayBeAccepted: boolean) => ({ id: "node-address", cause: t, wayOut: t, mayBeAccepted });
  const view = (operation: Partial<OperationView>, given: Partial<NetworkView> = {}): NetworkView => ({
    links: [
      { name: t, hasCarrier: true, addresses: [{ address: t, prefixLength: 24, isDynamic: true }] },
      { name: `${t}2`, hasCarrier: true, addresses: [] },
      { name: `${t}3`, hasCarrier: false, addresses: [] },
    ],
    routes: [{ destination: "default", gateway: t, device: t }],
    dnsServers: [t],
    operation: stubOperation({ name: "network", by: t, ...operation }),
    trial: undefined,
    ...given,
  });
  const shown = (given: NetworkView, errors: { field: string; message: string }[] = []) =>
    page(networkPage({ csrfToken: "token", view: given, given: {}, errors }));
  const states = Object.fromEntries(
    Object.values(SETTINGS_STATES).map((state) => [
      `network ${state.status}`,
      shown(view({ state, conditions: state.status === "blocked" ? [condition(true)] : [] })),
    ]),
  );
  return {
    ...states,
    "network with something to fix": shown(
      view({ state: { status: "blocked", since: AT }, conditions: [condition(false)] }),
    ),
    "network on trial": shown(
      view({}, { trial: { mark: "m", endsAt: AT, mayBeKept: true, settings: SETTINGS } }),
    ),
    "network without links": shown(view({}, { links: [], routes: [], dnsServers: [] })),
    "network with an error": shown(view({}), [{ field: "address", message: t }]),
    "network tried": page(triedPage({ url: "http://192.0.2.50:8080/", goesInSec: 8, mark: "m", endsAt: AT })),
    "network tried with DHCP": page(triedPage({ url: undefined, goesInSec: 8, mark: "m", endsAt: AT })),
    "network kept": page(keepPage({ mark: "m", endsAt: AT })),
  };
}
