import type { BlockerId } from "../../../../agent/causes/cause.ts";
import type { Snapshot } from "../../../../agent/facts/snapshot.ts";

/** A sentence of another program, in whose mouth a word means something else than elsewhere. */
export interface Relative {
  /** Who says it, and what of it. */
  name: string;
  snapshot: Snapshot;
  id: BlockerId;
  /** What title, reason and next step have to say, and must not. */
  says?: RegExp;
  never?: RegExp;
  /** What its evidence has to say. */
  quotes?: RegExp;
}
