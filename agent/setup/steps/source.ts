import { isDeepStrictEqual } from "node:util";
import { NAMESPACES } from "../../product/names.ts";
import { SOURCE_NAME, sourceObjects } from "../../../flux/source_objects.ts";
import { kindOf, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import type { RegistryMirrors } from "../../registry/registry.ts";
import type { ReleaseManifest } from "../../release/mod.ts";
import type { Step } from "../step.ts";
import { requireKube } from "./cluster.ts";

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
    return await sourceIsCurrent(await requireKube(context), config, context.mirrors);
  },
  async act(context) {
    const kube = await requireKube(context);
    const { manifest } = await context.release();
    await applySource(kube, manifest.config, context.mirrors);
    context.say(`Flux installs release ${manifest.version}`);
  },
};

/** Whether Flux was told of this bundle, through these mirrors. */
export async function sourceIsCurrent(
  kube: KubeClient,
  config: ReleaseManifest["config"],
  mirrors: RegistryMirrors,
): Promise<boolean> {
  for (const object of sourceObjects(config, mirrors)) {
    if (!await holds(kube, object)) return false;
  }
  return true;
}

export async function applySource(
  kube: KubeClient,
  config: ReleaseManifest["config"],
  mirrors: RegistryMirrors,
): Promise<void> {
  for (const object of sourceObjects(config, mirrors)) {
    // A second apply would change the object where the server adds defaults on a change only.
    if (!await holds(kube, object)) await kube.apply(object, { force: true });
  }
}

/** Whether the cluster's object says what ours does; the server may have added to it. */
async function holds(kube: KubeClient, wanted: KubeObject): Promise<boolean> {
  const found = await kube.get({ resource: kindOf(wanted), namespace: NAMESPACES.flux, name: SOURCE_NAME });
  // What an earlier mirror left: the only field of ours that is not always there.
  if ((found?.spec?.insecure ?? false) !== (wanted.spec.insecure ?? false)) return false;
  return Object.entries(wanted.spec).every(([key, value]) => isDeepStrictEqual(found?.spec?.[key], value));
}
