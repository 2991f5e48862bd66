import type { BlockerId } from "../../../../agent/causes/cause.ts";
import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import type { Relative } from "./relative.ts";

/** A sentence of another program, what it means, and what has to be said of it. */
export type Heard = readonly [id: BlockerId, text: string, sentences?: Pick<Relative, "says" | "never">];

/** Sentences of one speaker, each as it shows in a cluster. */
export function heard(rows: readonly Heard[], show: (text: string) => Snapshot): readonly Relative[] {
  return rows.map(([id, text, sentences = {}]) => ({
    name: `heard: ${text.slice(-90)}`,
    id,
    snapshot: show(text),
    ...sentences,
  }));
}
