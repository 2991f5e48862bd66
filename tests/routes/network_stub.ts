import type { NetworkService, NetworkView } from "../../agent/network/network_service.ts";
import { stubOperation } from "./settings_stub.ts";
import type { LinkSettings } from "../../agent/network/link_settings.ts";

/** A network service whose view a test changes, and which keeps what it was asked for. */
export function networkStub(): NetworkService & {
  now: NetworkView;
  mark: string;
  asked: { settings?: LinkSettings; accepted?: readonly string[]; kept: number; takenBack: number };
} {
  const asked = { kept: 0, takenBack: 0 };
  return {
    mark: "0123456789abcdef0123456789abcdef",
    asked,
    now: {
      links: [{
        name: "ens18",
        hasCarrier: true,
        addresses: [{ address: "192.0.2.10", prefixLength: 24, isDynamic: true }],
      }],
      routes: [
        { destination: "default", gateway: "192.0.2.1", device: "ens18" },
        { destination: "10.9.0.0/16", gateway: "192.0.2.7", device: "ens18" },
      ],
      dnsServers: ["192.0.2.1"],
      trial: undefined,
      operation: stubOperation({ name: "network" }),
    },
    look() {
      return Promise.resolve(this.now);
    },
    subscribe: () => () => {},
    change(settings) {
      this.asked.settings = settings;
      return Promise.resolve({ ok: true });
    },
    accept(checkIds) {
      this.asked.accepted = checkIds;
      return Promise.resolve({ ok: true });
    },
    isMark(text) {
      return this.now.trial !== undefined && text === this.mark;
    },
    whenTried() {
      return Promise.resolve(this.now.trial);
    },
    operation() {
      return this.now.operation;
    },
    trial() {
      return this.now.trial;
    },
    keep() {
      if (this.now.trial === undefined) return { ok: false, reason: "no-trial" };
      this.asked.kept++;
      return { ok: true };
    },
    takeBack() {
      if (this.now.trial === undefined) return { ok: false, reason: "no-trial" };
      this.asked.takenBack++;
      return { ok: true };
    },
  };
}
