import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";

/** A key whose signatures may count. */
export interface TrustedKey {
  /** The name of its file, or the publisher's name of it. */
  name: string;
  /** First half of the SHA-256 of the public key, in hex: the same key has the same id wherever it lies. */
  id: string;
  key: KeyObject;
  /** PEM text, for Flux. */
  pem: string;
  /** From this day on (UTC, "2027-01-31") its signatures no longer count. */
  retired?: string;
}

/** Longest text of a key file, in characters. */
export const MAX_KEY_CHARS = 8 * 1024;
/** Longest signature over P-256 in DER, in bytes. @see RFC 3279 §2.2.3 */
const MAX_SIGNATURE_BYTES = 72;

const BEGIN = "-----BEGIN PUBLIC KEY-----";
const END = "-----END PUBLIC KEY-----";
/** In the text before the block, which is for people (RFC 7468 §2), a line that begins so is for us. */
const RETIRED = "retired:";
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** Names of the curve P-256, in Node and in Deno. */
const P256: readonly (string | undefined)[] = ["prime256v1", "p256"];

/** Reads the text of a `.pub` file as cosign writes it; or says what is wrong with it. */
export function parsePublicKey(name: string, text: string): TrustedKey | { name: string; problem: string } {
  const wrong = (problem: string) => ({ name, problem });
  if (text.length > MAX_KEY_CHARS) return wrong(`it is longer than ${MAX_KEY_CHARS} characters`);
  if (text.includes("PRIVATE KEY-----")) {
    return wrong("it holds a private key, which nobody who checks signatures may have");
  }
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END, start) + END.length;
  if (start < 0 || end <= start) return wrong(`it holds no "${BEGIN}"`);
  if (text.indexOf(BEGIN, end) >= 0) return wrong("it holds more than one key; give each a file of its own");
  const pem = text.slice(start, end);
  const line = text.slice(0, start).split("\n").map((it) => it.trim().toLowerCase())
    .find((it) => it.startsWith(RETIRED));
  const retired = line?.slice(RETIRED.length).trim();
  if (retired !== undefined && (!DAY.test(retired) || Number.isNaN(Date.parse(retired)))) {
    return wrong('its line "retired:" names no day like 2027-01-31');
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return wrong("its key cannot be read");
  }
  if (!isP256(key)) {
    return wrong("its key is not ECDSA on the curve P-256");
  }
  const id = createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest("hex").slice(
    0,
    32,
  );
  return { name, id, key, pem: `${pem}\n`, ...(retired === undefined ? {} : { retired }) };
}

/** Whether a key, public or private, is ECDSA on the curve P-256. */
export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === "ec" && P256.includes(key.asymmetricKeyDetails?.namedCurve);
}

/** Whether a key has been retired by this moment. */
export function isRetired({ retired }: Pick<TrustedKey, "retired">, nowMs: number): boolean {
  return retired !== undefined && Date.parse(retired) <= nowMs;
}

/** Whether the signature (DER, base64) is of these bytes and this key: ECDSA with SHA-256. Never throws. */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: string): boolean {
  try {
    const der = Uint8Array.fromBase64(signature);
    return der.length <= MAX_SIGNATURE_BYTES && verify("sha256", bytes, key, der);
  } catch {
    return false;
  }
}
