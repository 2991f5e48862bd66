import type { Facts } from "../facts/facts.ts";
import type { TierId } from "../product/tiers.ts";
import type { BlockerId } from "./blocker_id.ts";

/** What the texts may mention; a text names what it needs and copes with "". */
export interface Words {
  /** Title of the component, as it begins a sentence. */
  component: string;
  image: string;
  /** Address or name of what was asked (a DNS server, a registry host). */
  server: string;
  /** Name of the missing or broken thing. */
  name: string;
  /** The line that tells the cause, from a log or message. */
  detail: string;
  /** A duration or count, already in words. */
  amount: string;
}

/** One named cause as a rule found it, before ranking. */
export interface Finding {
  id: BlockerId;
  tier: TierId;
  /** Component name; findings about the whole machine use "node", "network" or "appliance". */
  component: string;
  /** The same cause seen at several places has the same key and becomes one blocker. */
  key: string;
  /** It will not go away by waiting: someone has to act. */
  hard: boolean;
  since: string;
  words: Words;
  evidence: readonly { label: string; text: string }[];
  /** Components that a Flux object stands for, when it is about one. */
  covers: readonly string[];
}

/** A family of causes: looks at the facts, gives what it finds. Pure, total, and knows no other rule. */
export interface Rule {
  /** Ids it may give. */
  ids: readonly BlockerId[];
  find(facts: Facts): Finding[];
}

/** Fills in what a rule leaves out. */
export function finding(
  facts: Facts,
  given: Pick<Finding, "id" | "tier" | "component"> & {
    key?: string;
    hard?: boolean;
    since?: string | undefined;
    words?: Partial<Words>;
    evidence?: Finding["evidence"];
    covers?: readonly string[];
  },
): Finding {
  return {
    id: given.id,
    tier: given.tier,
    component: given.component,
    key: given.key ?? given.component,
    hard: given.hard ?? true,
    since: given.since ?? facts.now,
    words: { component: "", image: "", server: "", name: "", detail: "", amount: "", ...given.words },
    evidence: given.evidence ?? [],
    covers: given.covers ?? [],
  };
}
