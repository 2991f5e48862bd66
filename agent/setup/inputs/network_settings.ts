import type { NetworkSettings } from "../../release/mod.ts";
import type { StoredInputs } from "./stored.ts";

/** How the answers say that requests leave the machine; the same for set-up and for the checks of the command line. */
export function networkOf(inputs: StoredInputs): NetworkSettings {
  return {
    dnsServers: inputs.dnsMode === "custom" ? inputs.dnsServers : [],
    ...(inputs.proxyUrl === ""
      ? {}
      : { proxyUrl: inputs.proxyUrl, noProxy: inputs.noProxy.split(/[\s,]+/).filter(Boolean) }),
  };
}
