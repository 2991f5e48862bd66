import { APP_PORT } from "../../product/ports.ts";
import type { Host } from "../../host/host.ts";
import { primaryAddress, readResolvers } from "../../host/network_facts.ts";
import { fieldOf, SETUP_FIELD_KEYS } from "./fields.ts";
import type { SetupInputs } from "./schema.ts";
import type { SetupDefaults } from "./schema.ts";
import type { Answer } from "../setup_state.ts";
import type { Origin, SetupField } from "./schema.ts";

/** Proposals for the form, from the network and the conventions. */
export async function readDefaults(host: Host): Promise<SetupDefaults> {
  const address = await primaryAddress(host).catch(() => undefined);
  const servers = await readResolvers(host);
  const origin = address?.isDynamic ? "dhcp" : "default";
  const machine: SetupDefaults = {
    appUrl: { value: address ? `http://${address.address}:${APP_PORT}` : "", origin },
    dnsServers: { value: servers.join(", "), origin },
  };
  return Object.fromEntries(SETUP_FIELD_KEYS.flatMap((key) => {
    const proposal = fieldOf(key).default;
    if (typeof proposal === "object") return [[key, { value: proposal.value, origin: "default" }]];
    return proposal === "machine" ? [[key, machine[key]]] : [];
  }));
}

/** The answers as they are shown: secrets described, the origin of each. */
export function toAnswers(inputs: SetupInputs, defaults: SetupDefaults): Answer[] {
  const shown: Record<SetupField, string> = {
    ...inputs,
    releaseRef: inputs.releaseRef || "newest of the channel",
    dnsMode: defaults.dnsServers?.value ?? "",
    dnsServers: inputs.dnsServers.join(", "),
    proxyUrl: inputs.proxyUrl === "" ? "none" : new URL(inputs.proxyUrl).host,
    noProxy: inputs.noProxy || "only this appliance",
    publicNames: inputs.publicNames || "none",
    adminPassword: `set, ${[...inputs.adminPassword].length} characters`,
  };
  const origin = (field: SetupField): Origin => {
    if (field === "dnsMode") return defaults.dnsServers?.origin ?? "default";
    if (field === "dnsServers") return "you";
    const proposed = defaults[field];
    return proposed !== undefined && String(inputs[field]) === proposed.value ? proposed.origin : "you";
  };
  const isShown: Partial<Record<SetupField, boolean>> = {
    dnsMode: inputs.dnsMode === "system",
    dnsServers: inputs.dnsMode === "custom",
    noProxy: inputs.proxyUrl !== "",
  };
  return SETUP_FIELD_KEYS.filter((it) => isShown[it] ?? true)
    .map((field) => ({ field, label: fieldOf(field).label, value: shown[field], origin: origin(field) }));
}
