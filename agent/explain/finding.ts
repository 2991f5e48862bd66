import type { Facts } from "../facts/facts.ts";
import type { TierId } from "../product/tiers.ts";
import type { EvidenceLine } from "./blocker.ts";
import { ageMs } from "../text/duration.ts";
import type { BlockerId, Cause } from "../causes/cause.ts";
import { plainWords } from "./plain_words.ts";
import type { CauseShape, Phrase, Place, WordsOf } from "../causes/cause_shape.ts";

/** What a cause says, in whole sentences. */
export interface Said {
  title: string;
  reason: string;
  nextAction: string;
  consequence?: string;
}

/** One named cause as a rule found it, before ranking. */
export interface Finding {
  id: BlockerId;
  tier: TierId;
  /** Component name; findings about the whole machine use "node", "network", "setup" or "appliance". */
  component: string;
  /** The same cause seen at several places has the same key and becomes one blocker. */
  key: string;
  /** It will not go away by waiting: someone has to act. */
  hard: boolean;
  since: string;
  said: Said;
  /** What to do once it has lasted longer than such a thing may; of what passes by itself alone. */
  sayLate?: string;
  /** It has lasted so long. */
  isLate?: boolean;
  /** Words of the cause that may stand in a command. */
  words?: Readonly<Record<string, string>>;
  evidence: readonly EvidenceLine[];
  /** Components that a Flux object stands for, when it is about one. */
  covers: readonly string[];
}

/** A family of causes: looks at the facts, gives what it finds. Pure, total, and knows no other rule. */
export interface Rule {
  /** Causes that it may give. */
  causes: readonly Cause[];
  find(facts: Facts): Finding[];
}

type Where<C extends CauseShape> = [C] extends [{ place: Place }] ? Partial<Place> : Place;
type Spoken<C extends CauseShape> = Record<never, never> extends WordsOf<C> ? { words?: WordsOf<C> }
  : { words: WordsOf<C> };

/** What a rule has to say about a cause: its words, where it was found unless that is always the same, and what it knows besides. */
export type Given<C extends CauseShape> = Where<C> & Spoken<C> & {
  key?: string;
  hard?: boolean;
  since?: string | undefined;
  evidence?: Finding["evidence"];
  covers?: readonly string[];
  /** Known not to pass, however short it has lasted. */
  isLate?: boolean;
};

/** A cause that was found. What is left out comes from the cause itself, the time from now. */
export function finding<C extends Cause>(facts: Facts, cause: C, given: Given<C>): Finding {
  // The type of a place and of words depends on the cause; here it is only passed on.
  const { words, ...rest } = given as Omit<Partial<Finding>, "since"> & {
    since?: string | undefined;
    words?: never;
  };
  const tier = rest.tier ?? cause.place?.tier ?? "platform";
  const component = rest.component ?? cause.place?.component ?? "appliance";
  const since = rest.since ?? facts.now;
  const { patienceMs } = cause;
  return {
    id: cause.id,
    tier,
    component,
    key: rest.key ?? component,
    hard: rest.hard ?? (patienceMs === undefined || ageMs(since, facts.nowMs) > patienceMs),
    since,
    said: {
      title: say(cause.title, words as never),
      reason: say(cause.reason, words as never),
      nextAction: say(cause.nextAction, words as never),
      ...(cause.consequence === undefined ? {} : { consequence: say(cause.consequence, words as never) }),
    },
    ...(cause.limit === undefined ? {} : { sayLate: say(cause.limit.nextAction, words as never) }),
    ...(rest.isLate === true ? { isLate: true } : {}),
    words: plainWords(words),
    evidence: rest.evidence ?? [],
    covers: rest.covers ?? [],
  };
}

function say<W>(phrase: Phrase<W>, words: W): string {
  return typeof phrase === "string" ? phrase : phrase(words);
}
