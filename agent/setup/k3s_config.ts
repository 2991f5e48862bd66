import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { readInterfaces, readResolvers } from "../host/network_facts.ts";
import type { RegistryMirrors } from "../registry/registry.ts";
import { PATHS } from "../state/paths.ts";
import { type ConfigFile, renderK3sConfig } from "../../k8s/k3s/config.ts";
import { wantsSecretsEncryption } from "../../k8s/k3s/secrets_encryption.ts";
import type { K3sPin } from "../../k8s/k3s/pin.ts";
import type { CheckInputs } from "../preflight/mod.ts";

/** What the running k3s was started with; another text than {@link startedWith} gives = restart. */
export const STARTED_WITH = PATHS.k3sStartedWith;

/** What answers and network make of k3s' files. */
export interface K3sWishes {
  host: Host;
  inputs: Pick<CheckInputs, "dnsMode" | "dnsServers" | "proxyUrl" | "noProxy">;
  mirrors: RegistryMirrors;
}

/** Every file of k3s' configuration as it should be. @throws {AgentError} K3S_FAILED without any DNS server. */
export async function wantedK3sConfig({ host, inputs, mirrors }: K3sWishes): Promise<ConfigFile[]> {
  const dnsServers = inputs.dnsMode === "custom" ? inputs.dnsServers : await readResolvers(host);
  if (dnsServers.length === 0) {
    throw new AgentError("K3S_FAILED", "There is no DNS server that Kubernetes could use", {
      hint:
        'Enter them in the field "Own DNS servers", or correct DHCP or /etc/netplan (then: sudo netplan try)',
    });
  }
  const nodeAddresses = (await readInterfaces(host)).flatMap((it) => it.addresses.map((a) => a.address));
  return renderK3sConfig({
    dnsServers,
    mirrors,
    proxyUrl: inputs.proxyUrl,
    noProxy: inputs.noProxy,
    nodeAddresses,
    encryptSecrets: await wantsSecretsEncryption(host),
  });
}

/** Tells apart what k3s reads at start. `authorities`: texts of this site's own, which it reads then too. */
export function startedWith(
  pin: K3sPin,
  files: readonly ConfigFile[],
  authorities: readonly string[] = [],
): string {
  const read = [
    ...files.map((it): [string, string] => [it.path, it.text]),
    ...authorities.map((it): [string, string] => [PATHS.caFolder, it]),
  ];
  return JSON.stringify([pin.version, ...read.map(([path, text]) => [path, text.length, hash(text)])]);
}

/** FNV-1a: tells texts apart; nothing secret can be read back from 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
