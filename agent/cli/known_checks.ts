import { UsageError } from "./command.ts";

/** @throws {UsageError} for an id that none of these checks has: what was mistyped would be taken in silence. */
export function requireKnownChecks(given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((it) => !known.includes(it));
  if (unknown === undefined) return;
  throw new UsageError(
    `--acknowledge: there is no check "${unknown.slice(0, 60)}". The checks are ${known.join(", ")}`,
  );
}
