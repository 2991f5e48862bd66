import type { Entry } from "./fold_lines.ts";

/**
 * Tells when each entry was written, asked in their order: what has no time of its own was written when the one before it was.
 * "" where that is not known.
 */
export function createEntryTimes(): (entry: Entry) => string {
  let last = "";
  return (entry) => last = entry.head.at || last;
}
