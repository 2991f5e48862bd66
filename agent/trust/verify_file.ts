import { createVerify } from "node:crypto";
import type { Host } from "../host/host.ts";
import { isRetired, type TrustedKey } from "./public_key.ts";

const PIECE_BYTES = 1024 * 1024;

/** What the signature of a file says. */
export type FileSignature = { status: "valid"; key: string } | {
  status: "invalid" | "no-key";
  problem: string;
};

/** Looks at bytes as they come: they may be more than memory holds. */
export interface PieceVerifier {
  update(bytes: Uint8Array): void;
  /** Of all that came, which then is over: a signature as "cosign sign-blob --key" gives it (ECDSA with SHA-256, DER, base64). */
  verdict(signature: string): FileSignature;
}

/** Judges by the keys that count; `undefined` where there are none. */
export function createPieceVerifier(
  { keys, nowMs }: { keys: readonly TrustedKey[]; nowMs: number },
): PieceVerifier | undefined {
  const checks = keys.filter((it) => !isRetired(it, nowMs))
    .map(({ name, key }) => ({ name, key, verify: createVerify("sha256") }));
  if (checks.length === 0) return undefined;
  return {
    update(bytes) {
      for (const { verify } of checks) verify.update(bytes);
    },
    verdict(signature) {
      const signer = checks.find(({ key, verify }) => isSignedBy(verify, key, signature));
      return signer
        ? { status: "valid", key: signer.name }
        : { status: "invalid", problem: "its signature is of no key that is trusted here" };
    },
  };
}

/**
 * Whether a signature is of this file and of a key that counts. Read in pieces: the file may be larger than memory.
 * @throws {AgentError} STATE_DAMAGED for what is not a file.
 */
export async function verifyFile(
  host: Pick<Host, "readPart">,
  path: string,
  signature: string,
  trusted: { keys: readonly TrustedKey[]; nowMs: number },
): Promise<FileSignature> {
  const verifier = createPieceVerifier(trusted);
  if (verifier === undefined) {
    return { status: "no-key", problem: "no key is known here with which it could be checked" };
  }
  for (let fromByte = 0;;) {
    const bytes = await host.readPart(path, { fromByte, maxBytes: PIECE_BYTES });
    if (bytes === undefined || bytes.length === 0) break;
    verifier.update(bytes);
    fromByte += bytes.length;
  }
  return verifier.verdict(signature);
}

function isSignedBy(
  verify: ReturnType<typeof createVerify>,
  key: TrustedKey["key"],
  signature: string,
): boolean {
  try {
    return verify.verify(key, signature, "base64");
  } catch {
    return false;
  }
}
