import * as z from "zod";
import { NetworkError } from "../net/errors.ts";
import { RegistryError } from "../registry/errors.ts";
import type { RegistryClient } from "../registry/registry.ts";
import { Digest } from "../release/mod.ts";
import { MAX_BUNDLE_BYTES, SIGSTORE_BUNDLE } from "./sigstore_bundle.ts";
import { MAX_PAYLOAD_BYTES, SIGNATURE_ANNOTATION, SIMPLE_SIGNING } from "./simple_signing.ts";
import { tryParseJson } from "../text/try_parse_json.ts";

/** Manifests and layers that are looked at; what lies behind them does not count. */
const MOST_MANIFESTS = 20;
const MOST_LAYERS = 20;

/** The manifest that signatures are looked for. */
export interface SignedPlace {
  host: string;
  repository: string;
  digest: string;
}

/** Something that may be a signature: content, and for the older form its signature. */
export type Candidate =
  | { form: "simple"; bytes: Uint8Array; signature: string }
  | { form: "bundle"; bytes: Uint8Array };

const Index = z.object({
  manifests: z.array(z.unknown()),
});
const IndexEntry = z.object({ digest: Digest, artifactType: z.string().nullish() });
const SignatureManifest = z.object({
  layers: z.array(z.unknown()),
  subject: z.object({ digest: Digest }).nullish(),
});
const Layer = z.object({
  mediaType: z.string(),
  digest: Digest,
  size: z.int().nonnegative(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

/**
 * Everything in a registry that may be a signature of a manifest: what the registry lists as its referrers, what the index at the
 * tag `sha256-<hex>` lists where registries keep no such list, and the older tag `sha256-<hex>.sig`. All three are asked, since a
 * registry may hide one; what is broken, too large or something else is passed over.
 * @throws {NetworkError} When one of them could not be asked and nothing more was found in the others.
 */
export async function* findSignatures(
  client: RegistryClient,
  place: SignedPlace,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<Candidate> {
  const { host, repository, digest } = place;
  const tag = digest.replace(":", "-");
  const byTag = (name: string) => fetchTag(client, { host, repository, digest: name }, options);
  const [listed, atTag, older] = await Promise.allSettled([
    client.fetchReferrers(host, repository, digest, options),
    byTag(tag),
    byTag(`${tag}.sig`),
  ]);
  const value = (it: PromiseSettledResult<Uint8Array | undefined>) =>
    it.status === "fulfilled" && it.value !== undefined ? [tryParseJson(it.value)] : [];
  for (const manifest of value(older)) yield* readLayers(client, place, manifest, options);
  const entries = [...value(listed), ...value(atTag)].flatMap(entriesOf);
  for (const reference of [...new Set(entries)].slice(0, MOST_MANIFESTS)) {
    const bytes = await fetchTag(client, { host, repository, digest: reference }, options);
    const manifest = bytes === undefined ? undefined : tryParseJson(bytes);
    const { data } = SignatureManifest.safeParse(manifest);
    // A registry may show the signed manifest itself at the tag, or list what belongs to another.
    if (data?.subject?.digest === digest) yield* readLayers(client, place, manifest, options);
  }
  const failed = [listed, atTag, older].find((it) => it.status === "rejected");
  if (failed) throw failed.reason;
}

/** The digests of an index, those first whose type is one of a signature; some lists tell a wrong one. @see cosign issue 4641 */
function entriesOf(index: unknown): string[] {
  const { data } = Index.safeParse(index);
  const entries = (data?.manifests ?? []).slice(0, 1_000).flatMap((it) =>
    IndexEntry.safeParse(it).data ?? []
  );
  const rank = (type: string) => SIGSTORE_BUNDLE.test(type) || /cosign/.test(type) ? 0 : 1;
  return entries.toSorted((a, b) => rank(a.artifactType ?? "") - rank(b.artifactType ?? ""))
    .map((it) => it.digest);
}

async function* readLayers(
  client: RegistryClient,
  { host, repository }: SignedPlace,
  manifest: unknown,
  options: { signal?: AbortSignal },
): AsyncGenerator<Candidate> {
  const { data } = SignatureManifest.safeParse(manifest);
  const layers = (data?.layers ?? []).slice(0, MOST_LAYERS).flatMap((it) => Layer.safeParse(it).data ?? []);
  for (const { mediaType, digest, size, annotations } of layers) {
    const isSimple = mediaType === SIMPLE_SIGNING;
    const signature = annotations?.[SIGNATURE_ANNOTATION];
    const maxBytes = isSimple ? MAX_PAYLOAD_BYTES : MAX_BUNDLE_BYTES;
    if (size > maxBytes || (isSimple ? signature === undefined : !SIGSTORE_BUNDLE.test(mediaType))) continue;
    const bytes = await passOverBroken(
      client.fetchBlob(host, repository, { digest, size }, { maxBytes, ...options }),
    );
    if (bytes === undefined) continue;
    yield signature !== undefined && isSimple
      ? { form: "simple", bytes, signature }
      : { form: "bundle", bytes };
  }
}

async function fetchTag(
  client: RegistryClient,
  { host, repository, digest }: SignedPlace,
  options: { signal?: AbortSignal },
): Promise<Uint8Array | undefined> {
  return (await passOverBroken(client.fetchManifest(host, repository, digest, options)))?.bytes;
}

/** Failures of content, which its owner may have broken; others may pass. */
const BROKEN: readonly string[] = ["not-found", "wrong-digest", "wrong-size", "too-large"];

async function passOverBroken<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if (error instanceof RegistryError && BROKEN.includes(error.failure)) return undefined;
    if (error instanceof NetworkError && error.status === 404) return undefined;
    throw error;
  }
}
