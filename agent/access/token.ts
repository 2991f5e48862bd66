import { createHash, randomBytes } from "node:crypto";
import { sameBytes } from "../text/same_bytes.ts";

/** Crockford's base32: no I, L, O, U, so that a token can be read out and typed. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS = 6;
const GROUP_LENGTH = 5;

/** A new token: 30 characters of 5 bits each, 150 bits, in groups ("7Q4MX-…"). */
export function makeToken(): string {
  const group = () => [...randomBytes(GROUP_LENGTH)].map((it) => ALPHABET[it & 31]).join("");
  return Array.from({ length: GROUPS }, group).join("-");
}

/** What was typed without spaces, dashes, case and look-alikes. */
export function normalizeToken(text: string): string {
  return text.slice(0, 200).toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(
    /[IL]/g,
    "1",
  );
}

/** Whether a text is a token as {@link makeToken} makes it. */
export function isToken(text: string): boolean {
  const chars = [...normalizeToken(text)];
  return chars.length === GROUPS * GROUP_LENGTH && chars.every((it) => ALPHABET.includes(it));
}

/** Compares in constant time, whatever the lengths. */
export function sameToken(a: string, b: string): boolean {
  return sameBytes(sha256(normalizeToken(a)), sha256(normalizeToken(b)));
}

function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
