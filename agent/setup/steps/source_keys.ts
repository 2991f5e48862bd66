import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../clock.ts";
import type { Host } from "../../host/host.ts";
import { NetworkError } from "../../net/errors.ts";
import { NAMESPACES } from "../../product/names.ts";
import type { RegistryClient } from "../../registry/registry.ts";
import { placeOf, type ReleaseManifest } from "../../release/mod.ts";
import { isRetired, readKeys, type TrustedKey, verifySignature } from "../../trust/mod.ts";
import { KEYS_SECRET } from "../../../flux/source_objects.ts";
import type { KubeClient } from "../../../k8s/mod.ts";
import { applySecret, readSecret } from "./secret_data.ts";

/** What tells whether a bundle is signed. */
export interface KeysContext {
  host: Host;
  clock: Clock;
  registry: RegistryClient;
  signal: AbortSignal;
}

/** The keys that count today; Flux knows no day of retirement. */
async function validKeys({ host, clock }: Pick<KeysContext, "host" | "clock">): Promise<TrustedKey[]> {
  return (await readKeys(host)).keys.filter((it) => !isRetired(it, clock.nowMs()));
}

/** Which keys count here now, as one text: another one when a key comes, is retired or goes. */
export async function readKeyIds(context: Pick<KeysContext, "host" | "clock">): Promise<string> {
  return (await validKeys(context)).map((it) => it.id).toSorted().join();
}

/** The Secret's values: a file "….pub" for each key; `undefined` without keys. */
function keyValues(keys: readonly TrustedKey[]): Record<string, string> | undefined {
  return keys.length === 0 ? undefined : Object.fromEntries(keys.map((it) => [`${it.id}.pub`, it.pem]));
}

/** Whether Flux has just the keys that count here. */
export async function areKeysRight(
  kube: KubeClient,
  context: Pick<KeysContext, "host" | "clock">,
): Promise<boolean> {
  const found = await readSecret(kube, NAMESPACES.flux, KEYS_SECRET);
  return isDeepStrictEqual(found, keyValues(await validKeys(context)));
}

/** Gives Flux the keys that count here, and takes away those that no longer do. */
export async function applyKeys(
  kube: KubeClient,
  context: Pick<KeysContext, "host" | "clock">,
): Promise<void> {
  const secret = { namespace: NAMESPACES.flux, name: KEYS_SECRET };
  await applySecret(kube, secret, keyValues(await validKeys(context)));
}

/**
 * Whether one of the keys that count here signed a config bundle. Only then Flux is told to look: what it could not verify it
 * would never install, and the signed pointer names the bundle's digest in any case. `undefined`: the registry does not tell.
 */
export async function isBundleSigned(
  config: ReleaseManifest["config"],
  context: KeysContext,
): Promise<boolean | undefined> {
  const keys = await validKeys(context);
  if (keys.length === 0) return false;
  const { registryHost: host, repository } = placeOf(config.repository);
  const place = { host, repository, digest: config.digest };
  try {
    const { registry, clock, signal } = context;
    return (await verifySignature(registry, place, { keys, nowMs: clock.nowMs(), signal })).status ===
      "valid";
  } catch (error) {
    if (error instanceof NetworkError) return undefined;
    throw error;
  }
}
