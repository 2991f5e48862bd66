import type { Host } from "../host/host.ts";
import { NAMESPACES } from "../product/names.ts";
import { SOURCE_NAME } from "../../flux/source_objects.ts";
import { DATASTORE } from "../../k8s/k3s/secrets_encryption.ts";
import { KINDS, type KubeClient, type ObjectRef } from "../../k8s/mod.ts";
import { INITIAL_TENANT } from "./initial_password.ts";

/** What the cluster of this machine holds of Alga, as far as it can be asked. */
export type ClusterHolding =
  | { kind: "nothing" }
  /** Written by a setup that never came as far as the release: nobody has used any of it. */
  | { kind: "parts" }
  /** Flux has a release to install, so there may be a company with data. */
  | { kind: "installation"; release: string }
  /** There is a cluster, or the data of one, that does not answer. */
  | { kind: "unknown" };

/** How long the cluster may take to say what it holds; a page waits for it. */
const ASK_TIMEOUT_MS = 4_000;

const RELEASE: ObjectRef = {
  resource: KINDS.Kustomization,
  namespace: NAMESPACES.flux,
  name: SOURCE_NAME,
};
/** What setup and updates write of the release that they choose. */
export const SELECTION: ObjectRef = {
  resource: KINDS.ConfigMap,
  namespace: NAMESPACES.settings,
  name: "appliance-release-selection",
};
/** What a setup writes before the release. */
const PARTS: readonly ObjectRef[] = [
  INITIAL_TENANT,
  SELECTION,
  { resource: KINDS.Namespace, name: NAMESPACES.settings },
];

/** Asks the cluster. Never throws. */
export async function lookIntoCluster(
  host: Host,
  connectKube: () => Promise<KubeClient | undefined>,
): Promise<ClusterHolding> {
  try {
    const kube = await connectKube();
    if (!kube) {
      const files = await host.list(DATASTORE).catch(() => undefined) ?? [];
      return files.length > 0 ? { kind: "unknown" } : { kind: "nothing" };
    }
    const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
    if (await kube.get(RELEASE, { signal })) {
      const selection = await kube.get(SELECTION, { signal });
      return {
        kind: "installation",
        release: String(selection?.data?.releaseVersion ?? "a release without a version"),
      };
    }
    for (const part of PARTS) if (await kube.get(part, { signal })) return { kind: "parts" };
    return { kind: "nothing" };
  } catch {
    return { kind: "unknown" };
  }
}

/** What it holds, for whoever decides. */
export function holdingText(holding: ClusterHolding): string {
  switch (holding.kind) {
    case "nothing":
      return "no installation of Alga";
    case "parts":
      return "parts of a setup that was not finished; nobody has used them";
    case "installation":
      return `an installation of Alga, release ${holding.release}`;
    case "unknown":
      return "cannot be asked now";
  }
}
