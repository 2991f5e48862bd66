import { inBatches, type Pieces } from "./collector.ts";
import type { Rest } from "./rest.ts";

/** Levels that are written piece by piece: the elements of lists in an object in an object. */
const DEPTH = 3;

/** A value as indented JSON, redacted and written piece by piece: a large one must not keep everybody waiting. */
export function jsonPieces(value: unknown, redact: (value: unknown) => unknown, rest: Rest): Pieces {
  return inBatches(lines(value, redact), rest);
}

function* lines(value: unknown, redact: (value: unknown) => unknown): Generator<string> {
  yield* pieces(value, redact, DEPTH);
  yield "\n";
}

function* pieces(value: unknown, redact: (value: unknown) => unknown, depth: number): Generator<string> {
  if (depth === 0 || typeof value !== "object" || value === null) {
    yield JSON.stringify(redact(value), undefined, 1) ?? "null";
    return;
  }
  const isList = Array.isArray(value);
  yield isList ? "[" : "{";
  let separator = "\n";
  for (const [name, it] of Object.entries(value)) {
    if (it === undefined && !isList) continue;
    yield separator;
    separator = ",\n";
    if (!isList) yield `${JSON.stringify(redact(name))}: `;
    // What stands under a name goes by that name.
    const isText = typeof it === "string" && !isList;
    yield* pieces(
      isText ? Object.values(Object(redact({ [name]: it })))[0] : it,
      isText ? (same) => same : redact,
      depth - 1,
    );
  }
  yield isList ? "\n]" : "\n}";
}
