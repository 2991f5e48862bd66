import { timingSafeEqual } from "node:crypto";

/** Whether two secrets are the same, in a time that tells nothing of where they differ; their length is no secret. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
