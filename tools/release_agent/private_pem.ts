import { createPrivateKey, type KeyObject } from "node:crypto";

/** Whether a private key in PEM form asks for a password; cosign's own do. */
export function isEncryptedPem(pem: string): boolean {
  return /-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

/** Reads a private key as openssl writes it (PKCS #8 or SEC 1), or says what is wrong; never with the key's text. */
export function readPrivatePem(pem: string): KeyObject | { problem: string } {
  // openssl may write the curve's parameters before the key.
  const [block] = /-----BEGIN (EC )?PRIVATE KEY-----[^]*?-----END \1PRIVATE KEY-----/.exec(pem) ?? [];
  if (block === undefined) return { problem: "This is not a private key in PEM form" };
  try {
    return createPrivateKey(block);
  } catch {
    return { problem: "The key cannot be read" }; // no cause: it may quote the key
  }
}
