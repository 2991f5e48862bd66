import type { Host } from "../host/host.ts";
import { readRegistryLogins, type RegistryLogins } from "./registry_logins.ts";

/** How requests leave the machine. */
export interface NetworkSettings {
  /** Servers to ask instead of the machine's resolver; empty = the machine's. */
  dnsServers: readonly string[];
  /** Port of those servers; 53 unless the caller's network is unusual. */
  dnsPort?: number;
  /** HTTP proxy URL with credentials, if any. */
  proxyUrl?: string;
  noProxy?: readonly string[];
  /** Extra trusted certificates, PEM. */
  caCerts?: readonly string[];
  /** File with the system's own authorities, PEM; that of this machine when nothing is said. */
  authoritiesFile?: string;
  /** User names and passwords of registries; none when nothing is said. @throws {NetworkError} */
  logins?: () => Promise<RegistryLogins>;
}

/** Written by update-ca-certificates(8). */
export const SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** The same way out, with the authorities and logins that count below the host's root. */
export function onHost(
  network: NetworkSettings,
  host: Pick<Host, "path" | "info" | "readText">,
): NetworkSettings {
  return {
    ...network,
    authoritiesFile: host.path(SYSTEM_AUTHORITIES),
    logins: () => readRegistryLogins(host),
  };
}

/** What was answered about the way out. */
export interface NetworkAnswers {
  dnsMode: "system" | "custom";
  dnsServers: readonly string[];
  /** Empty = no proxy. */
  proxyUrl: string;
  /** Separated by commas or spaces. */
  noProxy: string;
}

/** How the answers say that requests leave the machine; the same for setup and for the checks of the command line. */
export function networkOf(answers: NetworkAnswers): NetworkSettings {
  return {
    dnsServers: answers.dnsMode === "custom" ? answers.dnsServers : [],
    ...(answers.proxyUrl === ""
      ? {}
      : { proxyUrl: answers.proxyUrl, noProxy: answers.noProxy.split(/[\s,]+/).filter(Boolean) }),
  };
}
