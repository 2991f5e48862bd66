import { NetworkError, type NetworkFailure } from "../net/errors.ts";

/** Why a registry, or what it sent, was of no use; {@link NetworkFailure} where it could not be asked. */
export type RegistryFailure =
  | NetworkFailure
  | "unauthorized"
  | "denied"
  | "not-found"
  | "rate-limited"
  | "server-error"
  | "wrong-digest"
  | "wrong-size"
  | "too-large"
  | "not-json"
  | "schema"
  /** A page of the network, for people, in place of an answer. */
  | "captive"
  /** A release of a later format than this agent knows. */
  | "newer-format";

/** A failed registry request. */
export class RegistryError extends NetworkError<RegistryFailure> {
  override readonly name = "RegistryError";
}
