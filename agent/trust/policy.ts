import type { Signature } from "./verify_signature.ts";

/** What becomes of releases without a signature: said, or refused. A wrong signature is refused under either. */
export const SIGNATURE_POLICIES = ["warn", "require"] as const;
export type SignaturePolicy = typeof SIGNATURE_POLICIES[number];

/** Until the publisher signs. */
export const DEFAULT_POLICY: SignaturePolicy = "warn";

/**
 * - `signed`: a key that is trusted here signed it.
 * - `unsigned`: nothing was signed here before, and the site lets that pass.
 * - `stripped`: as `unsigned`, but releases of the same repository had signatures: somebody has to accept it.
 * - `refused`: its signature is wrong, or the site wants one.
 * - `unknown`: the registry could not be asked.
 */
export type Verdict = "signed" | "unsigned" | "stripped" | "refused" | "unknown";

const IS_BELIEVED: Readonly<Record<Verdict, boolean>> = {
  signed: true,
  unsigned: true,
  stripped: true,
  refused: false,
  unknown: false,
};

/** Whether a release of this verdict may be installed, `stripped` once somebody has accepted it. */
export function isBelieved({ verdict }: { verdict: Verdict }): boolean {
  return IS_BELIEVED[verdict];
}

/** What signatures come to where this policy holds. `wasSigned`: a signed release of the repository was seen before. */
export function decide(
  { status }: Signature,
  { policy, wasSigned }: { policy: SignaturePolicy; wasSigned: boolean },
): Exclude<Verdict, "unknown"> {
  if (status === "valid") return "signed";
  if (status === "invalid" || policy === "require") return "refused";
  return wasSigned ? "stripped" : "unsigned";
}
