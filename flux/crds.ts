import { besideModule } from "../agent/beside_module.ts";
import { createHash } from "node:crypto";
import { parseAllDocuments } from "yaml";
import { AgentError, errorText } from "../agent/error.ts";
import type { Host } from "../agent/host/host.ts";
import { FLUX_DEFINITIONS_SHA256 } from "../agent/product/pins.ts";
import { PATHS } from "../agent/state/paths.ts";
import { KINDS } from "../k8s/client/kinds.ts";
import type { KubeObject } from "../k8s/client/kube_client.ts";

/** What a release is made of. */
const REQUIRED = Object.values(KINDS).filter((it) => it.apiVersion.includes(".toolkit.fluxcd.io/")).map((
  it,
) => `${it.plural}.${it.apiVersion.split("/")[0]}`);

/**
 * Flux's own CRDs: from the installation image, else the copy that was put into this binary when it was built.
 * @throws {AgentError} FLUX_FAILED when neither is there or they cannot be read.
 */
export async function readFluxCrds(host: Host): Promise<KubeObject[]> {
  return parseWhole((await findText(host)).text);
}

/** Where {@link readFluxCrds} would take them from. @throws {AgentError} as it would. */
export async function checkFluxCrds(host: Host): Promise<"payload" | "program"> {
  const { text, place } = await findText(host);
  // What was pinned has been read before; parsing it takes a while.
  const sum = createHash("sha256").update(text).digest("hex");
  if (sum !== FLUX_DEFINITIONS_SHA256) parseWhole(text);
  return place;
}

async function findText(host: Host): Promise<{ text: string; place: "payload" | "program" }> {
  const payload = await host.readText(PATHS.fluxCrdsPayload);
  if (payload !== undefined) return { text: payload, place: "payload" };
  const embedded = await readEmbedded();
  if (embedded !== undefined) return { text: embedded, place: "program" };
  throw new AgentError("FLUX_FAILED", "This agent was built without Flux's resource definitions", {
    hint: `Ask Alga support for a release build, or put them into ${PATHS.fluxCrdsPayload}`,
    retrySafe: false,
  });
}

function parseWhole(text: string): KubeObject[] {
  const crds = parseDefinitions(text);
  // A file that was cut off may still be good YAML.
  const missing = REQUIRED.filter((name) => !crds.some((it) => it.metadata?.name === name));
  if (missing.length > 0) throw unreadable(`${missing.join(", ")} missing`);
  return crds;
}

function parseDefinitions(text: string): KubeObject[] {
  try {
    const documents = parseAllDocuments(text);
    // A part that parses is not enough: Flux would start with some of its kinds unknown.
    for (const document of documents) if (document.errors[0]) throw document.errors[0];
    return documents.map((it) => it.toJS() as KubeObject | null).filter((it) =>
      it?.kind === "CustomResourceDefinition"
    ) as KubeObject[];
  } catch (cause) {
    throw unreadable(errorText(cause), cause);
  }
}

function unreadable(why: string, cause?: unknown): AgentError {
  return new AgentError("FLUX_FAILED", `Flux's resource definitions cannot be read: ${why}`, {
    hint: "Install from the appliance image again, in the hypervisor",
    retrySafe: false,
    ...(cause === undefined ? {} : { cause }),
  });
}

async function readEmbedded(): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(besideModule("flux-crds.yaml", import.meta.url));
  } catch {
    return undefined;
  }
}
