import { parse } from "yaml";
import type { Host } from "../../agent/host/host.ts";
import { PATHS } from "../../agent/state/paths.ts";

/** The key that k3s encrypts Secrets with; k3s makes it at the start that first asks for it. */
const ENCRYPTION_KEY = "/var/lib/rancher/k3s/server/cred/encryption-config.json";
/** The datastore; k3s makes it at its first start. */
export const DATASTORE = "/var/lib/rancher/k3s/server/db";

/**
 * Whether k3s encrypts Secrets in its datastore: from its first start or never. A cluster that began without keeps on without,
 * because turning it on later takes several restarts and a rewrite of all Secrets; one that began with it cannot be read without.
 */
export async function wantsSecretsEncryption(host: Host): Promise<boolean> {
  if (await host.info(ENCRYPTION_KEY)) return true;
  if (!await host.info(DATASTORE)) return true;
  // Asked for, and not yet done: the first start is under way, or was cut off.
  return asksForIt(await host.readText(PATHS.k3sConfig) ?? "");
}

function asksForIt(configText: string): boolean {
  try {
    return parse(configText)?.["secrets-encryption"] === true;
  } catch {
    return false; // damaged: nobody was told to encrypt
  }
}
