import { parseAuthorities } from "./certificates.ts";
import { withoutPassword } from "./merge_settings.ts";
import type { SettingKey, Settings } from "./settings.ts";

/** A setting in words, secrets left out. `systemDns`: what "those of this machine" are now. */
export function shownValue(key: SettingKey, settings: Settings, systemDns = ""): string {
  switch (key) {
    case "dnsMode":
      if (settings.dnsMode === "custom") return "own servers";
      return systemDns === "" ? "those of this machine" : `those of this machine: ${systemDns}`;
    case "dnsServers":
      return settings.dnsServers.join(", ") || "none";
    case "proxyUrl":
      return withoutPassword(settings.proxyUrl) || "none";
    case "noProxy":
      return settings.noProxy || "only this appliance";
    case "publicNames":
      return settings.publicNames || "none";
    case "caCerts": {
      const read = parseAuthorities(settings.caCerts);
      if (!Array.isArray(read)) return "cannot be read";
      return read.map((it) => `${it.name}, valid to ${it.validTo.slice(0, 10)}`).join("; ") || "none";
    }
    case "appUrl":
      return settings.appUrl || "not known";
    case "channel":
    case "signatures":
      return settings[key];
  }
}
