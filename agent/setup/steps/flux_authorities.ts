import {
  AUTHORITIES_CONFIG_MAP,
  AUTHORITIES_KEY,
  PROXY_SECRET,
  type StartVersions,
} from "../../../flux/controllers.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import type { Host } from "../../host/host.ts";
import { SYSTEM_AUTHORITIES } from "../../net/settings.ts";
import { NAMESPACES } from "../../product/names.ts";

const AUTHORITIES_REF = {
  resource: KINDS.ConfigMap,
  namespace: NAMESPACES.flux,
  name: AUTHORITIES_CONFIG_MAP,
};
const PROXY_REF = { resource: KINDS.Secret, namespace: NAMESPACES.flux, name: PROXY_SECRET };

/** What an object of Kubernetes can hold, less what else is in it. */
const MAX_BYTES = 1_000_000;

/**
 * The authorities that this machine trusts, as one PEM text; `undefined` where it has none, or more than fit: then Flux has
 * those of its own images.
 */
export async function readAuthorities(host: Host): Promise<string | undefined> {
  const text = await host.readText(SYSTEM_AUTHORITIES);
  return text === undefined || text.trim() === "" || text.length > MAX_BYTES ? undefined : text;
}

/** Whether Flux's copy of the authorities says what this machine trusts. */
export async function areAuthoritiesRight(host: Host, kube: KubeClient): Promise<boolean> {
  const found = await kube.get(AUTHORITIES_REF);
  return (found?.data as Record<string, string> | undefined)?.[AUTHORITIES_KEY] ===
    await readAuthorities(host);
}

/** Brings Flux's copy up to date. */
export async function applyAuthorities(host: Host, kube: KubeClient): Promise<void> {
  const text = await readAuthorities(host);
  if (text === undefined) {
    await kube.delete(AUTHORITIES_REF);
    return;
  }
  await kube.apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: AUTHORITIES_CONFIG_MAP, namespace: NAMESPACES.flux },
    data: { [AUTHORITIES_KEY]: text },
  }, { force: true });
}

/** Versions of what the controllers read at their start, as they are in the cluster. */
export async function startVersions(kube: KubeClient): Promise<StartVersions> {
  const [secret, authorities] = await Promise.all([kube.get(PROXY_REF), kube.get(AUTHORITIES_REF)]);
  return {
    proxyVersion: secret?.metadata.resourceVersion,
    authoritiesVersion: authorities?.metadata.resourceVersion,
  };
}
