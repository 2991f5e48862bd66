import { checkIds } from "../preflight/mod.ts";
import { UsageError } from "./command.ts";

/** @throws {UsageError} for an id that no check has: what was mistyped would be taken in silence. */
export function requireKnownChecks(given: readonly string[]): void {
  const known = checkIds();
  const unknown = given.find((it) => !known.includes(it));
  if (unknown === undefined) return;
  throw new UsageError(
    `--acknowledge: there is no check "${unknown.slice(0, 60)}". The checks are ${known.join(", ")}`,
  );
}
