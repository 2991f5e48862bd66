import { createHash } from "node:crypto";
import type { RegistryClient } from "../../agent/registry/registry.ts";
import { type AgentOffer, placeOf } from "../../agent/release/mod.ts";
import type { TrustedKey } from "../../agent/trust/public_key.ts";
import { createPieceVerifier } from "../../agent/trust/verify_file.ts";
import { ReleaseError } from "./release_error.ts";

const HINT = "Make the agent's release again, signed, and build this release with it: --agent FOLDER";

/**
 * Fetches a program that a release offers and looks at its checksum and, where there are keys, at its signature.
 * @throws {ReleaseError} Saying what is wrong. @throws {NetworkError} When the registry does not have it.
 */
export async function verifyAgentProgram(
  client: RegistryClient,
  { repository, programs }: AgentOffer,
  architecture: keyof AgentOffer["programs"],
  keys: readonly TrustedKey[],
): Promise<void> {
  const program = programs[architecture];
  if (program === undefined) return;
  const place = placeOf(repository);
  const digest = `sha256:${program.sha256}`;
  const { body } = await client.openBlob(place.registryHost, place.repository, digest, { fromByte: 0 });
  const hash = createHash("sha256");
  const verifier = createPieceVerifier({ keys, nowMs: Date.now() });
  for await (const bytes of body ?? []) {
    hash.update(bytes);
    verifier?.update(bytes);
  }
  const found = hash.digest("hex");
  if (found !== program.sha256) {
    throw new ReleaseError(`its checksum is ${found}, the release names ${program.sha256}`, HINT);
  }
  if (keys.length > 0 && verifier?.verdict(program.signature).status !== "valid") {
    throw new ReleaseError("its signature is of none of the keys", HINT);
  }
}
