import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { isP256, isSignedBy as isSignedByKey } from "../../agent/trust/public_key.ts";
import { AgentReleaseError } from "./agent_release_error.ts";
import { isEncryptedPem, readPrivatePem } from "./private_pem.ts";

const MAKE_KEY =
  "Make one with: openssl ecparam -name prime256v1 -genkey -noout -out release.key, and keep it where only you can read it";

/**
 * Signs as `cosign sign-blob --key` does: ECDSA over P-256 with SHA-256, DER, base64.
 * @throws {AgentReleaseError} If the key is encrypted or of another kind.
 */
export function signBlob(content: Uint8Array, privatePem: string): string {
  return sign("sha256", content, readPrivateKey(privatePem)).toString("base64");
}

/**
 * Whether a signature is of this content and key; text that is no base64 is none.
 * @throws {AgentReleaseError} If the public key cannot be used.
 */
export function isSignedBy(content: Uint8Array, signature: string, publicPem: string): boolean {
  return isSignedByKey(readPublicKey(publicPem), content, signature);
}

function readPrivateKey(pem: string): KeyObject {
  if (isEncryptedPem(pem)) {
    throw new AgentReleaseError(
      "The key is encrypted, and there is nobody to ask for its password",
      `Give a key without a password. ${MAKE_KEY}. Keys of "cosign generate-key-pair" are always encrypted; "cosign import-key-pair" reads this one`,
    );
  }
  const key = readPrivatePem(pem);
  if ("problem" in key) throw new AgentReleaseError(key.problem, MAKE_KEY);
  return onP256(key, MAKE_KEY);
}

function readPublicKey(pem: string): KeyObject {
  const hint = "Give the public key that belongs to the release's private one, in PEM form";
  // A private key would do for node:crypto, but nobody who verifies should have it.
  if (!pem.includes("-----BEGIN PUBLIC KEY-----")) {
    throw new AgentReleaseError("This is not a public key in PEM form", hint);
  }
  try {
    return onP256(createPublicKey(pem), hint);
  } catch (cause) {
    throw cause instanceof AgentReleaseError
      ? cause
      : new AgentReleaseError("The key cannot be read", hint, { cause });
  }
}

function onP256(key: KeyObject, hint: string): KeyObject {
  if (isP256(key)) return key;
  const kind = [key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve].filter((it) => it).join(" ");
  throw new AgentReleaseError(`The key is of the kind ${kind}, not ECDSA on P-256`, hint);
}
