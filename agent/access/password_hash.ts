import { Buffer } from "node:buffer";
import { randomBytes, scrypt } from "node:crypto";
import * as z from "zod";
import { MAX_PASSWORD_CHARS } from "../text/password_rules.ts";
import { sameBytes } from "../text/same_bytes.ts";

/** What a new hash costs: 16 MiB and some 50 ms of one core. @see RFC 7914 */
const PARAMS = { N: 16_384, r: 8, p: 1, keyLength: 64 } as const;
const SALT_BYTES = 16;
/** What the largest parameters that are read from a file need. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;

const Hex = z.string().regex(/^[0-9a-f]{16,512}$/);

/** A password as it is kept. The bounds keep a file that was tampered with from taking the machine. */
export const PasswordHash = z.object({
  algorithm: z.literal("scrypt"),
  params: z.object({
    N: z.int().min(1_024).max(131_072).refine((it) => (it & (it - 1)) === 0, "is not a power of two"),
    r: z.int().min(1).max(16),
    p: z.int().min(1).max(4),
    keyLength: z.int().min(16).max(128),
  }),
  salt: Hex,
  hash: Hex,
});
export type PasswordHash = z.infer<typeof PasswordHash>;

/** The hash of a password with a salt of its own; does not block the loop. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  const key = await deriveKey(password, salt, PARAMS);
  return {
    algorithm: "scrypt",
    params: PARAMS,
    salt: salt.toString("hex"),
    hash: key.toString("hex"),
  };
}

/** Whether a text is the password of this hash, compared in constant time; does not block the loop. */
export async function isPassword(text: string, kept: PasswordHash): Promise<boolean> {
  if (text.length > MAX_PASSWORD_CHARS) return false;
  const wanted = Buffer.from(kept.hash, "hex");
  const key = await deriveKey(text, Buffer.from(kept.salt, "hex"), kept.params);
  return sameBytes(key, wanted);
}

function deriveKey(text: string, salt: Buffer, params: PasswordHash["params"]): Promise<Buffer> {
  const { keyLength, ...cost } = params;
  return new Promise((resolve, reject) =>
    // One keyboard composes an é, another sends two characters for it.
    scrypt(
      text.normalize("NFC"),
      salt,
      keyLength,
      { ...cost, maxmem: MAX_MEMORY_BYTES },
      (error, key) => error ? reject(error) : resolve(key),
    )
  );
}
