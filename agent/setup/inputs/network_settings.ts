import type { NetworkSettings } from "../../net/settings.ts";
import type { CheckInputs } from "../../preflight/check.ts";

/** How the answers say that requests leave the machine; the same for set-up and for the checks of the command line. */
export function networkOf(inputs: Omit<CheckInputs, "channel" | "releaseRef" | "appUrl">): NetworkSettings {
  return {
    dnsServers: inputs.dnsMode === "custom" ? inputs.dnsServers : [],
    ...(inputs.proxyUrl === ""
      ? {}
      : { proxyUrl: inputs.proxyUrl, noProxy: inputs.noProxy.split(/[\s,]+/).filter(Boolean) }),
  };
}
