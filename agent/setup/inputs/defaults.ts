import { APP_PORT } from "../../product/ports.ts";
import type { Host } from "../../host/host.ts";
import { primaryAddress, readResolvers } from "../../host/network_facts.ts";
import type { SetupInputs } from "./schema.ts";
import type { SetupDefaults } from "./schema.ts";
import type { Answer } from "../setup_state.ts";
import type { Origin, SetupField } from "./schema.ts";

/** Proposals for the form, from the network and the conventions. @see contract.md 11.1 */
export async function readDefaults(host: Host): Promise<SetupDefaults> {
  const address = await primaryAddress(host).catch(() => undefined);
  const servers = await readResolvers(host);
  const origin = address?.isDynamic ? "dhcp" : "default";
  return {
    channel: { value: "stable", origin: "default" },
    releaseRef: { value: "", origin: "default" },
    appUrl: { value: address ? `http://${address.address}:${APP_PORT}` : "", origin },
    dnsMode: { value: "system", origin: "default" },
    dnsServers: { value: servers.join(", "), origin },
    proxyUrl: { value: "", origin: "default" },
    noProxy: { value: "", origin: "default" },
  };
}

const LABELS: Record<SetupField, string> = {
  channel: "Channel",
  releaseRef: "Release override",
  appUrl: "Application address",
  dnsMode: "DNS",
  dnsServers: "DNS servers",
  proxyUrl: "Proxy",
  noProxy: "Reached without proxy",
  tenantName: "Company",
  adminFirstName: "First name",
  adminLastName: "Last name",
  adminEmail: "E-mail",
  adminPassword: "Password",
};

/** The answers as they are shown: secrets described, the origin of each. */
export function toAnswers(inputs: SetupInputs, defaults: SetupDefaults): Answer[] {
  const shown: Record<SetupField, string> = {
    ...inputs,
    releaseRef: inputs.releaseRef || "newest of the channel",
    dnsMode: inputs.dnsMode === "system" ? "the system's" : "own choice",
    dnsServers: inputs.dnsMode === "system" ? defaults.dnsServers?.value ?? "" : inputs.dnsServers.join(", "),
    proxyUrl: inputs.proxyUrl === "" ? "none" : new URL(inputs.proxyUrl).host,
    noProxy: inputs.noProxy || "only this appliance",
    adminPassword: `set, ${[...inputs.adminPassword].length} characters`,
  };
  const origin = (field: SetupField): Origin => {
    if (field === "dnsServers") {
      return inputs.dnsMode === "system" ? defaults.dnsServers?.origin ?? "default" : "you";
    }
    const proposed = defaults[field];
    return proposed !== undefined && String(inputs[field]) === proposed.value ? proposed.origin : "you";
  };
  return (Object.keys(LABELS) as SetupField[]).filter((it) =>
    it !== "dnsMode" && (it !== "noProxy" || inputs.proxyUrl !== "")
  )
    .map((field) => ({ field, label: LABELS[field], value: shown[field], origin: origin(field) }));
}
