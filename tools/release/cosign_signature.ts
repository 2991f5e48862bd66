import { type KeyObject, sign } from "node:crypto";
import { SIGNATURE_ANNOTATION, SIMPLE_SIGNING } from "../../agent/trust/simple_signing.ts";
import { createArtifact, digestOf, encodeJson, type OciArtifact, type Place } from "./oci_artifact.ts";

/** What is signed: a manifest by its digest, and the name it is published under. */
export interface Signed {
  host: string;
  repository: string;
  digest: string;
}

/** One signature: a payload, and the signature of its bytes (DER, base64). */
export interface SignedPayload {
  bytes: Uint8Array;
  signature: string;
}

/** Where the signatures of a manifest lie, as `cosign sign` without the new bundle format puts them. */
export function signaturePlace({ host, repository, digest }: Signed): Place {
  return { host, repository, tag: `${digest.replace(":", "-")}.sig` };
}

/** Signs a manifest as cosign does: ECDSA over P-256 with SHA-256. */
export function signPayload({ host, repository, digest }: Signed, key: KeyObject): SignedPayload {
  const bytes = encodeJson({
    critical: {
      identity: { "docker-reference": `${host}/${repository}` },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: null,
  });
  return { bytes, signature: sign("sha256", bytes, key).toString("base64") };
}

/** The artifact that holds these signatures of a manifest. */
export function signatureArtifact(signed: Signed, payloads: readonly SignedPayload[]): OciArtifact {
  const diffIds = payloads.map((it) => digestOf(it.bytes));
  return createArtifact(signaturePlace(signed), {
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      // Tools for images want a configuration with the layers in it.
      bytes: encodeJson({
        architecture: "",
        os: "",
        config: {},
        rootfs: { type: "layers", diff_ids: diffIds },
      }),
    },
    layers: payloads.map(({ bytes, signature }) => ({
      mediaType: SIMPLE_SIGNING,
      bytes,
      annotations: { [SIGNATURE_ANNOTATION]: signature },
    })),
  });
}
