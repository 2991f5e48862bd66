import type { TierId } from "../product/tiers.ts";
import type { ActionKind, RemedyId } from "./action.ts";

/**
 * - `cause` tells why;
 * - `general` tells what fails without telling why;
 * - `symptom` follows from something else and is shown only when nothing better is known.
 */
export type CauseKind = "cause" | "general" | "symptom";

/** Who has to act. */
export type Owner = "you" | "network-admin" | "vendor" | "nobody";

/** Where a cause is found: the lowest tier that it keeps from being ready, and the part. */
export interface Place {
  tier: TierId;
  /** Component name; causes of the whole machine use "node", "network", "setup" or "appliance". */
  component: string;
}

/** A text, or how it is made from the words that the cause needs. */
export type Phrase<W> = string | ((words: W) => string);

/** What is told of something that should have passed by itself and has not. */
export interface Limit<in W = never> {
  /** How long it is believed to pass. */
  afterMs: number;
  nextAction: Phrase<W>;
  owner: Owner;
  action: ActionKind;
}

/** One cause that we can name, with its own words `W`: a rule that forgets one does not compile, nor does a text that asks for another. */
export interface CauseShape<in W = never> {
  /** Stored, shown and linked to, so never renamed. */
  id: `${string}.${string}`;
  kind: CauseKind;
  /** Who has to act. */
  owner: Owner;
  /** Where it always is; else the rule says where it was found. */
  place?: Place;
  /** No full stop. */
  title: Phrase<W>;
  /** What is wrong, in plain words. */
  reason: Phrase<W>;
  /** What to do about it. */
  nextAction: Phrase<W>;
  /** Only where it is not what the loss of the component tells. */
  consequence?: Phrase<W>;
  /** Younger than this it may pass by itself; without it someone always has to act, unless the rule knows better. */
  patienceMs?: number;
  /** When it is no longer believed to pass by itself. Nothing that people are told to wait for is without. */
  limit?: Limit<W>;
  /** Whether trying again can do no harm. */
  retrySafe: boolean;
  action: ActionKind;
  /** What the agent could do against it without harm. */
  remedy?: RemedyId;
}

/** The words that a cause asks for. In a tuple, so that one of several causes is given the words of them all. */
export type WordsOf<C extends CauseShape> = [C] extends [CauseShape<infer W>] ? W : never;
