/** Trust: whether a release is signed by a key that counts here, and whether it is the newest that was seen. */
export { judgeAndRemember, type Judgement, judgeRelease } from "./judge_release.ts";
export { goBackTo, isBefore, newerSeen, readSeen } from "./memory.ts";
export {
  DEFAULT_POLICY,
  isBelieved,
  SIGNATURE_POLICIES,
  type SignaturePolicy,
  type Verdict,
} from "./policy.ts";
export { readKeys } from "./keys.ts";
export { isRetired, type TrustedKey } from "./public_key.ts";
export { verifySignature } from "./verify_signature.ts";
export type { ReleaseKey } from "./release_keys.ts";
export { createPieceVerifier, verifyFile } from "./verify_file.ts";
