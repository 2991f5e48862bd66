import type { RegistryClient } from "../registry/registry.ts";
import { type Candidate, findSignatures, type SignedPlace } from "./find_signatures.ts";
import { isRetired, isSignedBy, type TrustedKey } from "./public_key.ts";
import { readBundle } from "./sigstore_bundle.ts";
import { payloadProblem } from "./simple_signing.ts";

/** What the signatures of a manifest say. `no-key`: there is no key to look at them with, so nobody was asked. */
export type Signature =
  | { status: "valid"; key: string; form: Candidate["form"] }
  | { status: "invalid"; problem: string }
  | { status: "missing" }
  | { status: "no-key" };

/**
 * Looks for a signature of one of these keys. One good one is enough, whatever else lies beside it; a retired key counts for
 * nothing: the publisher signs what stays in use again with the new one.
 * @throws {NetworkError} When the registry could not be asked.
 */
export async function verifySignature(
  client: RegistryClient,
  place: SignedPlace,
  { keys, nowMs, signal }: { keys: readonly TrustedKey[]; nowMs: number; signal?: AbortSignal },
): Promise<Signature> {
  if (!keys.some((it) => !isRetired(it, nowMs))) return { status: "no-key" };
  let problem: string | undefined;
  for await (const candidate of findSignatures(client, place, signal === undefined ? {} : { signal })) {
    const read = readCandidate(candidate, place);
    const signer = "problem" in read
      ? undefined
      : keys.filter((key) => read.signatures.some((it) => isSignedBy(key.key, read.bytes, it)));
    const valid = signer?.find((it) => !isRetired(it, nowMs));
    if (valid) return { status: "valid", key: valid.name, form: candidate.form };
    const [retired] = signer ?? [];
    problem ??= "problem" in read
      ? read.problem
      : retired
      ? `it is of the key "${retired.name}", which was retired on ${retired.retired}`
      : "it is of no key that is trusted here";
  }
  return problem === undefined ? { status: "missing" } : { status: "invalid", problem };
}

function readCandidate(
  candidate: Candidate,
  { digest, repository }: SignedPlace,
): { bytes: Uint8Array; signatures: readonly string[] } | { problem: string } {
  if (candidate.form === "bundle") return readBundle(candidate.bytes, digest);
  const problem = payloadProblem(candidate.bytes, { digest, repository });
  return problem === undefined ? { bytes: candidate.bytes, signatures: [candidate.signature] } : { problem };
}
