import { createHash } from "node:crypto";
import type { Host } from "../host/host.ts";
import { parseResolvConf, readResolvers } from "../host/network_facts.ts";
import { wantedK3sConfig } from "../setup/k3s_config.ts";
import { PATHS } from "../state/paths.ts";
import type { ConfigFile } from "../../k8s/k3s/config.ts";
import { parseAuthorities } from "./certificates.ts";
import type { SettingsContext } from "./context.ts";

type From = Pick<SettingsContext, "host" | "settings" | "mirrors">;

/** How our files in the folder of authorities are called. */
const OWN_AUTHORITY = /^alga-appliance-[0-9a-f]{16}\.crt$/;

/** Every file of k3s' configuration as the settings want it. A machine that knows no DNS server now keeps those that pods have. */
export async function wantedK3sFiles({ host, settings, mirrors }: From): Promise<ConfigFile[]> {
  const kept = settings.dnsMode === "system" && (await readResolvers(host)).length === 0
    ? parseResolvConf(await host.readText(PATHS.k3sResolvConf) ?? "")
    : [];
  const inputs = kept.length === 0 ? settings : { ...settings, dnsMode: "custom" as const, dnsServers: kept };
  return await wantedK3sConfig({ host, inputs, mirrors });
}

/** The authorities of this site as files of the host. */
export function wantedAuthorities(caCerts: string): ConfigFile[] {
  const read = parseAuthorities(caCerts);
  if (!Array.isArray(read)) throw new TypeError(read.problem); // the schema let it in
  return read.map(({ mark, pem }) => ({
    path: `${PATHS.caFolder}/alga-appliance-${mark}.crt`,
    text: pem,
    mode: 0o644,
  }));
}

/** Files of authorities that we wrote and that are no longer wanted. */
export async function surplusAuthorities(
  host: Host,
  wanted: readonly ConfigFile[],
): Promise<string[]> {
  return (await host.list(PATHS.caFolder) ?? []).filter((it) => OWN_AUTHORITY.test(it))
    .map((it) => `${PATHS.caFolder}/${it}`).filter((path) => !wanted.some((it) => it.path === path));
}

/** The resolv.conf that pods are to have. */
export async function wantedResolvConf(from: From): Promise<string> {
  return (await wantedK3sFiles(from)).find((it) => it.path === PATHS.k3sResolvConf)?.text ?? "";
}

/** Tells texts apart where they are noted in the cluster. */
export function markOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
