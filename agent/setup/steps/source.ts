import { isDeepStrictEqual } from "node:util";
import { NAMESPACES } from "../../product/names.ts";
import type { Host } from "../../host/host.ts";
import { basicAuthorization, readRegistryLogins, type RegistryLogins } from "../../net/registry_logins.ts";
import { fluxMirror } from "../../registry/mirror.ts";
import type { RegistryMirrors } from "../../registry/registry.ts";
import type { ReleaseManifest } from "../../release/mod.ts";
import { LOGIN_SECRET, SOURCE_NAME, sourceObjects } from "../../../flux/source_objects.ts";
import { kindOf, KINDS, type KubeClient, type KubeObject, type ResourceKind } from "../../../k8s/mod.ts";
import type { Step } from "../step.ts";
import { requireKube } from "./cluster.ts";
import { applySecret, readSecret } from "./secret_data.ts";
import { applyKeys, areKeysRight, isBundleSigned, type KeysContext } from "./source_keys.ts";

/** Tells Flux which release to install, by digest. */
export const sourceStep: Step = {
  id: "source",
  title: "Apply the release",
  failure: {
    category: "flux",
    cannot: "The release could not be applied",
    nextAction: "See whether ghcr.io can be reached (sudo alga-agent preflight), then try again",
  },
  installState: { status: "flux-source", phase: "flux" },
  async look(context) {
    const { config } = (await context.release()).manifest;
    return await sourceIsCurrent(await requireKube(context), config, context);
  },
  async act(context) {
    const kube = await requireKube(context);
    const { manifest } = await context.release();
    await applySource(kube, manifest.config, context);
    context.say(`Flux installs release ${manifest.version}`);
  },
};

/** From where Flux may read, as whom, and by which keys. */
interface SourceContext extends KeysContext {
  mirrors: RegistryMirrors;
}

/** The objects that make Flux install this bundle, through the mirrors, with the logins and by the keys of this machine. */
export async function wantedSource(
  config: ReleaseManifest["config"],
  { host, mirrors, isSigned }: Pick<SourceContext, "host" | "mirrors"> & { isSigned: boolean },
): Promise<[source: KubeObject, kustomization: KubeObject]> {
  const logins = await readRegistryLogins(host);
  const places = Object.fromEntries(Object.entries(mirrors).map(([it, url]) => [it, fluxMirror(url)]));
  return sourceObjects(config, places, {
    hasLogin: (it) => Object.hasOwn(logins, it),
    isSigned,
  });
}

/**
 * Whether Flux was told of this bundle, of the login of its registry and of the keys. Whether the bundle is signed was asked when
 * both were told; the registry is not asked again.
 */
export async function sourceIsCurrent(
  kube: KubeClient,
  config: ReleaseManifest["config"],
  context: SourceContext,
): Promise<boolean> {
  const logins = loginValues(await readRegistryLogins(context.host));
  if (!isDeepStrictEqual(await readSecret(kube, NAMESPACES.flux, LOGIN_SECRET), logins)) return false;
  if (!await areKeysRight(kube, context)) return false;
  const found = await readOwn(kube, KINDS.OCIRepository);
  const isSigned = found?.spec?.verify !== undefined;
  const [source, kustomization] = await wantedSource(config, { ...context, isSigned });
  return holds(found, source) && holds(await readOwn(kube, KINDS.Kustomization), kustomization);
}

/**
 * Whether Flux looks for a signature of its bundle where a key that counts here made one, and only there. Asks the registry; one
 * that does not tell leaves it as it is, and so does a bundle that is another one.
 */
export async function isVerifyRight(
  kube: KubeClient,
  config: ReleaseManifest["config"],
  context: KeysContext,
): Promise<boolean> {
  const found = await readOwn(kube, KINDS.OCIRepository);
  if (found?.spec?.ref?.digest !== config.digest) return true;
  const isSigned = await isBundleSigned(config, context);
  return isSigned === undefined || isSigned === (found?.spec?.verify !== undefined);
}

export async function applySource(
  kube: KubeClient,
  config: ReleaseManifest["config"],
  context: SourceContext,
): Promise<void> {
  const before = await readOwn(kube, KINDS.OCIRepository);
  // A registry that is away takes no protection away.
  const isSigned = await isBundleSigned(config, context) ??
    (before?.spec?.ref?.digest === config.digest && before?.spec?.verify !== undefined);
  await applyLogins(kube, await readRegistryLogins(context.host));
  // Before the source: what the new keys signed would be refused by the old ones.
  await applyKeys(kube, context);
  for (const object of await wantedSource(config, { ...context, isSigned })) {
    // A second apply would change the object where the server adds defaults on a change only.
    if (!holds(await readOwn(kube, kindOf(object)), object)) await kube.apply(object, { force: true });
  }
}

/** The Secret's values, in docker's form; `undefined` without logins. */
function loginValues(logins: RegistryLogins): Record<string, string> | undefined {
  const hosts = Object.entries(logins);
  if (hosts.length === 0) return undefined;
  const auths = Object.fromEntries(hosts.map(([host, login]) => [host, {
    ...login,
    auth: basicAuthorization(login).slice("Basic ".length),
  }]));
  return { ".dockerconfigjson": JSON.stringify({ auths }) };
}

/** Whether a login that Flux has is the one of this machine; true where it has none. */
export async function areLoginsRight(kube: KubeClient, host: Host): Promise<boolean> {
  const found = await readSecret(kube, NAMESPACES.flux, LOGIN_SECRET);
  return found === undefined || isDeepStrictEqual(found, loginValues(await readRegistryLogins(host)));
}

/** Brings Flux's logins up to date; it reads them each time that it asks. */
export async function applyLogins(kube: KubeClient, logins: RegistryLogins): Promise<void> {
  const secret = { namespace: NAMESPACES.flux, name: LOGIN_SECRET, type: "kubernetes.io/dockerconfigjson" };
  await applySecret(kube, secret, loginValues(logins));
}

/** The cluster's object of this kind that we tell Flux by. */
async function readOwn(kube: KubeClient, resource: ResourceKind): Promise<KubeObject | undefined> {
  return await kube.get({ resource, namespace: NAMESPACES.flux, name: SOURCE_NAME });
}

/** Whether the cluster's object says what ours does; the server may have added to it. */
function holds(found: KubeObject | undefined, wanted: KubeObject): boolean {
  // What an earlier mirror or login left: the fields of ours that are not always there.
  if ((found?.spec?.insecure ?? false) !== (wanted.spec.insecure ?? false)) return false;
  if (found?.spec?.secretRef?.name !== wanted.spec.secretRef?.name) return false;
  if (!isDeepStrictEqual(found?.spec?.verify, wanted.spec.verify)) return false;
  return Object.entries(wanted.spec).every(([key, value]) => isDeepStrictEqual(found?.spec?.[key], value));
}
