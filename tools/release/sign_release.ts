import type { KeyObject } from "node:crypto";
import { NetworkError } from "../../agent/net/errors.ts";
import { parseJson } from "../../agent/registry/reply.ts";
import type { RegistryClient } from "../../agent/registry/registry.ts";
import { placeOf, type ResolvedRelease } from "../../agent/release/mod.ts";
import { isSignedBy, parsePublicKey } from "../../agent/trust/public_key.ts";
import { SIGNATURE_ANNOTATION, SIMPLE_SIGNING } from "../../agent/trust/simple_signing.ts";
import {
  signatureArtifact,
  signaturePlace,
  type Signed,
  type SignedPayload,
  signPayload,
} from "./cosign_signature.ts";
import { type Descriptor, toReference } from "./oci_artifact.ts";
import { publicPem } from "./private_key.ts";
import type { RegistryWriter } from "./registry_writer.ts";
import { ReleaseError } from "./release_error.ts";

/** What became of the signature of one artifact. */
export interface Signing {
  reference: string;
  digest: string;
  status: "signed" | "was signed";
}

/** What of a release is signed: the pointer, and the bundle that Flux verifies by itself. */
export function signedParts(
  { registryHost, repository, manifestDigest, manifest }: ResolvedRelease,
): Signed[] {
  const bundle = placeOf(manifest.config.repository);
  return [
    { host: bundle.registryHost, repository: bundle.repository, digest: manifest.config.digest },
    { host: registryHost, repository, digest: manifestDigest },
  ];
}

/**
 * Signs a release, bundle first. Signatures of other keys stay beside it; a second run changes nothing.
 * @throws {NetworkError} As the registry answers.
 */
export async function* signRelease(
  { client, writer, key }: { client: RegistryClient; writer: RegistryWriter; key: KeyObject },
  release: ResolvedRelease,
): AsyncGenerator<Signing> {
  const publicKey = parsePublicKey("", publicPem(key));
  if ("problem" in publicKey) throw new ReleaseError(publicKey.problem, "Sign with another key");
  for (const signed of signedParts(release)) {
    const before = await readSignatures(client, signed);
    const isThere = before.some((it) => isSignedBy(publicKey.key, it.bytes, it.signature));
    const artifact = signatureArtifact(signed, isThere ? before : [...before, signPayload(signed, key)]);
    if (!isThere) {
      const { host, repository, tag } = artifact.place;
      for (const blob of artifact.blobs) await writer.pushBlob(host, repository, blob);
      await writer.pushManifest(host, repository, tag, artifact.manifest);
    }
    yield {
      reference: toReference(artifact.place),
      digest: signed.digest,
      status: isThere ? "was signed" : "signed",
    };
  }
}

/** What lies at the tag of the signatures already. */
async function readSignatures(client: RegistryClient, signed: Signed): Promise<SignedPayload[]> {
  const { host, repository, tag } = signaturePlace(signed);
  let bytes: Uint8Array;
  try {
    ({ bytes } = await client.fetchManifest(host, repository, tag));
  } catch (error) {
    if (error instanceof NetworkError && error.status === 404) return [];
    throw error;
  }
  const { layers = [] } = parseJson(bytes, host) as { layers?: Descriptor[] };
  return await Promise.all(
    layers.filter((it) => it.mediaType === SIMPLE_SIGNING).map(async (it) => ({
      bytes: await client.fetchBlob(host, repository, it),
      signature: it.annotations?.[SIGNATURE_ANNOTATION] ?? "",
    })),
  );
}
