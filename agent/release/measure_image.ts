import * as z from "zod";
import type { RegistryClient } from "../registry/registry.ts";
import { parseJson } from "../registry/reply.ts";
import { type AskedImage, Descriptor, fetchImage } from "./resolve.ts";

/** One piece of an image, as it is downloaded. */
export interface Layer {
  digest: string;
  sizeBytes: number;
}

/** What downloading an image means. */
export interface ImageSize {
  layers: readonly Layer[];
  /** Why this machine cannot run it ("it is for linux/arm64"); absent where it can. */
  otherMachine?: string;
}

/** Whatever an image says of itself beside it is of no use here. */
const Config = z.looseObject({ os: z.string().optional(), architecture: z.string().optional() });
/** A config has the history of an image, which may be long. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * Which pieces an image has, for this machine: an appliance is linux/amd64. One that names no machine is taken to be for every one.
 * @throws {NetworkError} "not-found" where there is no such image.
 */
export async function measureImage(
  client: RegistryClient,
  image: AskedImage,
  options: { signal?: AbortSignal } = {},
): Promise<ImageSize> {
  const manifest = await fetchImage(client, image, options);
  if (!manifest) return { layers: [], otherMachine: "it has nothing for linux/amd64" };
  const layers = (manifest.layers ?? []).flatMap((it): Layer[] => {
    const { digest, size } = Descriptor.safeParse(it).data ?? {};
    return digest === undefined || typeof size !== "number" ? [] : [{ digest, sizeBytes: size }];
  });
  const { digest, size } = manifest.config;
  const bytes = await client.fetchBlob(image.host, image.repository, {
    digest,
    ...(typeof size === "number" && { size }),
  }, { maxBytes: MAX_CONFIG_BYTES, ...options });
  const { os = "linux", architecture = "amd64" } = Config.safeParse(parseJson(bytes, image.host)).data ?? {};
  if (os === "linux" && architecture === "amd64") return { layers };
  return { layers, otherMachine: `it is for ${os}/${architecture}` };
}
