import { createPrivateKey, createPublicKey, type KeyObject, scryptSync } from "node:crypto";
import { Buffer } from "node:buffer";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa";
import * as z from "zod";
import { isP256 } from "../../agent/trust/public_key.ts";
import { isEncryptedPem, readPrivatePem } from "../release_agent/private_pem.ts";
import { ReleaseError } from "./release_error.ts";

/** First lines of key files that cosign makes; the older name too. */
const COSIGN_BLOCK = /-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END /;
const MAKE_KEY = 'Make one with "cosign generate-key-pair", and keep it where only you can read it';

/** How cosign encrypts a key: scrypt of the password, then NaCl's secretbox over PKCS #8. Bounded: others may have written the file. */
const Encrypted = z.object({
  kdf: z.object({
    name: z.literal("scrypt"),
    params: z.object({
      N: z.int().min(2).max(2 ** 20),
      r: z.int().min(1).max(16),
      p: z.int().min(1).max(4),
    }),
    salt: z.base64(),
  }),
  cipher: z.object({ name: z.literal("nacl/secretbox"), nonce: z.base64().length(32) }),
  ciphertext: z.base64().max(4096),
});

/** Whether a key file asks for a password. */
export function isEncrypted(text: string): boolean {
  return COSIGN_BLOCK.test(text);
}

/**
 * Reads a private key: cosign's own (encrypted), or PKCS #8 and SEC 1 as openssl writes them.
 * @throws {ReleaseError} If it is another kind, or the password is wrong.
 */
export function readPrivateKey(text: string, password: string): KeyObject {
  const encrypted = COSIGN_BLOCK.exec(text)?.[1];
  const key = encrypted === undefined
    ? readPem(text)
    : fromDer(decrypt(encrypted.replaceAll(/\s/g, ""), password));
  if (!isP256(key)) {
    throw new ReleaseError("The key is not ECDSA on the curve P-256", MAKE_KEY);
  }
  return key;
}

/** The public half, as it goes into a `.pub` file. */
export function publicPem(key: KeyObject): string {
  return String(createPublicKey(key).export({ type: "spki", format: "pem" }));
}

function readPem(text: string): KeyObject {
  if (isEncryptedPem(text)) {
    throw new ReleaseError("The key is encrypted in a way that is not cosign's", MAKE_KEY);
  }
  const key = readPrivatePem(text);
  if ("problem" in key) throw new ReleaseError(key.problem, MAKE_KEY);
  return key;
}

function fromDer(der: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  } catch {
    throw new ReleaseError("What the key file holds is not a key", MAKE_KEY);
  }
}

function decrypt(block: string, password: string): Uint8Array {
  let parsed: ReturnType<typeof Encrypted.safeParse>;
  try {
    parsed = Encrypted.safeParse(JSON.parse(atob(block)));
  } catch {
    parsed = Encrypted.safeParse(undefined);
  }
  if (!parsed.success) throw new ReleaseError("The key file is damaged", MAKE_KEY);
  const { kdf: { params, salt }, cipher: { nonce }, ciphertext } = parsed.data;
  const key = scryptSync(password, Uint8Array.fromBase64(salt), 32, {
    ...params,
    maxmem: 256 * params.N * params.r,
  });
  try {
    return xsalsa20poly1305(key, Uint8Array.fromBase64(nonce)).decrypt(Uint8Array.fromBase64(ciphertext));
  } catch {
    throw new ReleaseError(
      "The password does not open the key",
      "Name the file with the right one: --password-file FILE",
    );
  }
}
