import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { type RegistryClient } from "../registry/registry.ts";
import { RegistryError } from "../registry/errors.ts";
import { parseJson } from "../registry/reply.ts";
import {
  Digest,
  PUBLISHED_PLACE,
  ReleaseManifest,
  type ReleasePlace,
  type ResolvedRelease,
} from "./manifest.ts";

/** What a manifest says of one blob. */
export const Descriptor = z.object({
  mediaType: z.string().nullish(),
  digest: Digest,
  size: z.int().nonnegative().nullish(),
});

const OciManifest = z.object({
  manifests: z.null().optional(), // with both, two readers would see two releases (CVE-2021-41190)
  config: Descriptor,
  layers: z.array(z.unknown()).nullish(),
});

/** Where a pointer that several tools or platforms wrote to leads. @see OCI image index specification */
const OciIndex = z.object({
  config: z.null().optional(),
  manifests: z.array(z.unknown()),
});
const IndexEntry = Descriptor.extend({
  platform: z.object({ os: z.string().nullish(), architecture: z.string().nullish() }).nullish(),
});
type OciDescriptor = z.infer<typeof IndexEntry>;

const MANIFEST_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

/** Of "{}", which some mirrors do not have: everybody knows it. @see OCI image specification, "Guidance for an Empty Descriptor" */
const EMPTY_DIGEST = `sha256:${createHash("sha256").update("{}").digest("hex")}`;

const MAX_RELEASE_BYTES = 2 * 1024 * 1024;

/**
 * What a channel, version tag or digest points at, now.
 *
 * An index is followed once: to its first image manifest for linux/amd64, else to the first without a platform. The release
 * keeps the digest of what was asked for, the index.
 * @throws {NetworkError} As the registry client does; "newer-format", "schema" or "not-json" when what is there is no usable release.
 */
export async function resolveRelease(
  client: RegistryClient,
  options: {
    reference?: string;
    channel: "stable" | "nightly";
    /** Where releases lie; the publisher's place without it. */
    place?: ReleasePlace;
    signal?: AbortSignal;
  },
): Promise<ResolvedRelease> {
  const reference = options.reference || options.channel;
  const { registryHost, repository } = options.place ?? PUBLISHED_PLACE;
  const asked = { host: registryHost, reference };
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const pointer = await client.fetchManifest(registryHost, repository, reference, signal);
  const pointed = parseJson(pointer.bytes, registryHost);
  let oci = OciManifest.safeParse(pointed);
  const index = OciIndex.safeParse(pointed);
  if (index.success) {
    const chosen = chooseManifest(index.data.manifests);
    if (!chosen) throw unusable(asked, "its index names no image manifest for linux/amd64");
    const { bytes } = await client.fetchManifest(
      registryHost,
      repository,
      chosen.digest,
      signal,
    );
    if (typeof chosen.size === "number" && bytes.length !== chosen.size) {
      throw new RegistryError(
        "wrong-size",
        registryHost,
        `${registryHost} sent ${bytes.length} bytes of ${chosen.digest}, not ${chosen.size}`,
      );
    }
    oci = OciManifest.safeParse(parseJson(bytes, registryHost));
  }
  if (!oci.success) throw unusable(asked, "it is not an OCI image manifest with a config");
  const read = async ({ digest, size, mediaType }: z.infer<typeof Descriptor>) => {
    const descriptor = { digest, ...(typeof size === "number" ? { size } : {}) };
    const limits = { maxBytes: MAX_RELEASE_BYTES, ...signal };
    if (digest === EMPTY_DIGEST) return {};
    const bytes = await client.fetchBlob(registryHost, repository, descriptor, limits);
    try {
      return parseJson(bytes, registryHost);
    } catch {
      // It is what was pushed: its digest was proven, so nobody on the way has put it there.
      throw unusable(
        asked,
        `what was pushed is not JSON${/^[\w.+/-]{1,100}$/.test(mediaType ?? "") ? ` (${mediaType})` : ""}`,
      );
    }
  };
  let content = await read(oci.data.config);
  if (isDeepStrictEqual(content, {})) content = await read(jsonLayer(asked, oci.data.layers ?? []));
  const format = formatOf(content);
  if (format !== undefined && format > 1) {
    throw new RegistryError(
      "newer-format",
      registryHost,
      `Release "${reference}" needs a newer agent: it has format ${format}, and this agent knows format 1`,
    );
  }
  const manifest = ReleaseManifest.safeParse(content);
  if (!manifest.success) {
    const wrong = manifest.error.issues.slice(0, 3).map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}`
    );
    throw unusable(asked, wrong.join("; "));
  }
  return {
    reference,
    channel: options.channel,
    registryHost,
    repository,
    manifestDigest: pointer.digest,
    manifest: manifest.data,
  };
}

/** An image as it is asked for. */
export interface AskedImage {
  host: string;
  repository: string;
  /** Tag or digest. */
  reference: string;
}

/** Reads the config of an image for this machine: by an index where there is one. @throws {NetworkError} */
export async function fetchConfig(
  client: RegistryClient,
  image: AskedImage,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const manifest = await fetchImage(client, image, options);
  if (manifest) {
    await client.fetchBlob(image.host, image.repository, { digest: manifest.config.digest }, options);
  }
}

/** The largest layer of an image for this machine; `undefined` where it has none of a known size. @throws {NetworkError} */
export async function findLargestLayer(
  client: RegistryClient,
  image: AskedImage,
  options: { signal?: AbortSignal } = {},
): Promise<{ digest: string; sizeBytes: number } | undefined> {
  const layers = (await fetchImage(client, image, options))?.layers ?? [];
  return layers.flatMap((it) => {
    const { digest, size } = Descriptor.safeParse(it).data ?? {};
    return digest === undefined || typeof size !== "number" ? [] : [{ digest, sizeBytes: size }];
  }).toSorted((a, b) => b.sizeBytes - a.sizeBytes)[0];
}

/** The manifest of an image for this machine, by an index where there is one; `undefined` where it has none. @throws {NetworkError} */
export async function fetchImage(
  client: RegistryClient,
  { host, repository, reference }: AskedImage,
  options: { signal?: AbortSignal },
): Promise<z.infer<typeof OciManifest> | undefined> {
  const read = async (asked: string) =>
    parseJson((await client.fetchManifest(host, repository, asked, options)).bytes, host);
  const pointed = await read(reference);
  const index = OciIndex.safeParse(pointed);
  const chosen = index.success ? chooseManifest(index.data.manifests) : undefined;
  return OciManifest.safeParse(chosen ? await read(chosen.digest) : pointed).data;
}

/** Tools for files (oras) push an empty config and the content as a layer. @see OCI image specification, "Guidelines for Artifact Usage" */
function jsonLayer(asked: Asked, layers: readonly unknown[]): z.infer<typeof Descriptor> {
  const readable = layers.flatMap((it) => Descriptor.safeParse(it).data ?? []);
  const json = readable.filter((it) => /(^|[/+.])json$/i.test(it.mediaType ?? ""));
  const [first, ...rest] = json.length > 0 ? json : readable;
  if (first !== undefined && rest.length === 0) return first;
  throw unusable(
    asked,
    first === undefined
      ? "its config is empty and it has no layer; push the manifest as config, or as the one layer of type application/json"
      : `its config is empty and it has ${
        rest.length + 1
      } layers that may be the manifest; push one of type application/json`,
  );
}

/** Attestations (platform unknown/unknown) and indexes within the index are passed over. */
function chooseManifest(entries: readonly unknown[]): OciDescriptor | undefined {
  const manifests = entries.flatMap((it) => IndexEntry.safeParse(it).data ?? [])
    .filter((it) => (MANIFEST_TYPES as readonly string[]).includes(it.mediaType ?? MANIFEST_TYPES[0]));
  const platform = (it: OciDescriptor) => `${it.platform?.os ?? ""}/${it.platform?.architecture ?? ""}`;
  return manifests.find((it) => platform(it) === "linux/amd64") ??
    manifests.find((it) => platform(it) === "/");
}

/** The number in a manifest's `schema`; its other fields mean something only to those who know it. */
function formatOf(content: unknown): number | undefined {
  const named = z.object({ schema: z.string() }).safeParse(content);
  const [, number] = /^alga\.appliance\.release\/v(\d{1,6})$/.exec(named.data?.schema ?? "") ?? [];
  return number === undefined ? undefined : Number(number);
}

/** A release, and the registry that gave it. */
type Asked = Pick<AskedImage, "host" | "reference">;

function unusable({ host, reference }: Asked, why: string): RegistryError {
  return new RegistryError("schema", host, `Release "${reference}" cannot be used: ${why}`);
}
