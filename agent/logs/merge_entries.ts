import type { Entry } from "./fold_lines.ts";

/** Entries of several streams by their times; those of one stream stay in its order, whatever their times say. */
export function mergeEntries(entries: readonly Entry[]): Entry[] {
  const streams = new Map<string, Entry[]>();
  for (const it of entries) {
    const list = streams.get(it.stream);
    if (list) list.push(it);
    else streams.set(it.stream, [it]);
  }
  if (streams.size <= 1) return [...entries];
  const heads = [...streams.values()].map((list) => ({ list, at: 0 }));
  const merged: Entry[] = [];
  while (merged.length < entries.length) {
    let first: typeof heads[number] | undefined;
    for (const it of heads) {
      const entry = it.list[it.at];
      if (entry && (!first || entry.head.at < (first.list[first.at]?.head.at ?? ""))) first = it;
    }
    const entry = first?.list[first.at++];
    if (!entry) break;
    merged.push(entry);
  }
  return merged;
}
