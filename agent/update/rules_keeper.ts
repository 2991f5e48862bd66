import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readTimeZone } from "../host/time_zone.ts";
import { placeOf } from "../release/mod.ts";
import type { Journal } from "../state/journal.ts";
import type { Followed } from "./channel_watch.ts";
import {
  applyChange,
  changedEntry,
  type FoldedRules,
  foldRules,
  LONGEST_OVERRIDE_DAYS,
  overrideText,
  type RulesChange,
  type UpdateRules,
} from "./rules.ts";

/** Who did what nobody asked for in that moment, as it is shown and kept. */
export const BY_ITSELF = "the agent, by itself";

const DAY_MS = 86_400_000;

/** What is wrong with a change. */
export interface RulesError {
  field: "pin" | "override" | "window" | "automatic";
  message: string;
}

/** The rules that count, from the journal, with the appliance's time zone. */
export interface RulesKeeper {
  folded(): FoldedRules;
  rules(): UpdateRules;
  /** As it was when it was looked at last. */
  timeZone(): string;
  /** Looks at the machine's time zone. */
  readTimeZone(): Promise<string>;
  /** What the override leads to; `undefined` while none is in force. */
  overrideInForce(): { followed: Followed; endsAt: string; text: string } | undefined;
  /** Durable when it resolves without errors. */
  change(change: RulesChange, options: { by: string }): Promise<readonly RulesError[]>;
  /** Writes down that an override is over. Gives whether one was. */
  endOver(): Promise<boolean>;
}

/** What the keeper stands on. */
export interface RulesKeeperDeps {
  host: Host;
  clock: Clock;
  journal: Journal;
  /** The version or digest that setup was asked for; empty for the channel. */
  pinnedAtSetup(): string;
}

export function createRulesKeeper({ host, clock, journal, pinnedAtSetup }: RulesKeeperDeps): RulesKeeper {
  let made: { entries: number; pin: string; folded: FoldedRules } | undefined;
  let timeZone = "UTC";

  function folded(): FoldedRules {
    const [entries, pin] = [journal.entries(), pinnedAtSetup()];
    if (made?.entries !== entries.length || made.pin !== pin) {
      made = { entries: entries.length, pin, folded: foldRules(entries, pin) };
    }
    return made.folded;
  }

  function overrideInForce(): ReturnType<RulesKeeper["overrideInForce"]> {
    const { override } = folded().rules;
    if (!override || isOver(override.endsAt)) return undefined;
    const { reference, repository, endsAt } = override;
    const followed = {
      ...(reference === undefined ? {} : { reference }),
      ...(repository === undefined ? {} : { place: placeOf(repository) }),
    };
    return { followed, endsAt, text: overrideText(override) };
  }

  const isOver = (endsAt: string) => Date.parse(endsAt) <= clock.nowMs();

  return {
    folded,
    rules: () => folded().rules,
    timeZone: () => timeZone,
    readTimeZone: async () => timeZone = await readTimeZone(host),
    overrideInForce,
    async change(change, { by }) {
      const errors = problemsOf(change, applyChange(folded().rules, change), clock);
      if (errors.length === 0) await journal.append(...changedEntry(change, by));
      return errors;
    },
    async endOver() {
      const { override } = folded().rules;
      if (!override || !isOver(override.endsAt)) return false;
      await journal.append(...changedEntry({ override: null }, BY_ITSELF));
      return true;
    },
  };
}

/** What the schema of a change cannot see. */
function problemsOf(change: RulesChange, after: UpdateRules, clock: Clock): RulesError[] {
  const errors: RulesError[] = [];
  if (after.automatic && !after.window) {
    errors.push(
      change.automatic
        ? { field: "automatic", message: "Choose a maintenance window first: automatic updates keep to it" }
        : { field: "window", message: "Turn automatic updates off first: they keep to the window" },
    );
  }
  if (change.override) {
    const aheadMs = Date.parse(change.override.endsAt) - clock.nowMs();
    if (aheadMs <= 0) {
      errors.push({ field: "override", message: `The end lies in the past: it is now ${isoNow(clock)}` });
    } else if (aheadMs > LONGEST_OVERRIDE_DAYS * DAY_MS) {
      const message = `A testing override ends within ${LONGEST_OVERRIDE_DAYS} days`;
      errors.push({ field: "override", message });
    }
  }
  return errors;
}
