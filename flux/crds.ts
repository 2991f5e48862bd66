import { parseAllDocuments } from "yaml";
import { AgentError, errorText } from "../agent/error.ts";
import type { Host } from "../agent/host/host.ts";
import { PATHS } from "../agent/state/paths.ts";
import type { KubeObject } from "../k8s/kube_client.ts";

/**
 * Flux's own CRDs: from the installation image, else the copy that was put into this binary when it was built.
 * @throws {AgentError} FLUX_FAILED when neither is there or they cannot be read.
 */
export async function readFluxCrds(host: Host): Promise<KubeObject[]> {
  const text = await host.readText(PATHS.fluxCrdsPayload) ?? await readEmbedded();
  if (text === undefined) {
    throw new AgentError("FLUX_FAILED", "This agent was built without Flux's resource definitions", {
      hint: `Install a release build, or put them into ${PATHS.fluxCrdsPayload}`,
      retrySafe: false,
    });
  }
  try {
    return parseAllDocuments(text).map((it) => it.toJS() as KubeObject | null).filter((it) =>
      it?.kind === "CustomResourceDefinition"
    ) as KubeObject[];
  } catch (cause) {
    throw new AgentError("FLUX_FAILED", `Flux's resource definitions cannot be read: ${errorText(cause)}`, {
      cause,
    });
  }
}

async function readEmbedded(): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(new URL("./flux-crds.yaml", import.meta.url));
  } catch {
    return undefined;
  }
}
