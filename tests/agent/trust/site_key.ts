import { generateKeyPairSync } from "node:crypto";
import { PATHS } from "../../../agent/state/paths.ts";
import {
  signatureArtifact,
  signaturePlace,
  type Signed,
  signPayload,
} from "../../../tools/release/cosign_signature.ts";

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** A key with which the releases of tests are signed. */
export const SITE_KEY = pair.privateKey;
/** Its public half. */
export const SITE_PUBLIC_KEY = String(pair.publicKey.export({ type: "spki", format: "pem" }));
/** Where a site puts it. */
export const SITE_KEY_PATH = `${PATHS.keyFolder}/site.pub`;

/** The signature of a manifest: where it lies, and what. */
export function signatureOf(
  signed: Signed,
): { tag: string; manifest: Uint8Array; blobs: Map<string, Uint8Array> } {
  const { manifest, blobs } = signatureArtifact(signed, [signPayload(signed, SITE_KEY)]);
  return {
    tag: signaturePlace(signed).tag,
    manifest,
    blobs: new Map(blobs.map((it) => [it.digest, it.bytes])),
  };
}
