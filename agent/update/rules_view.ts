import { zonedMinute } from "../text/zoned_time.ts";
import type { AutomaticPlan } from "./automatic_plan.ts";
import { type MaintenanceWindow, windowAt, windowText } from "./maintenance_window.ts";
import type { RulesChanged, UpdateRules } from "./rules.ts";
import type { RulesKeeper } from "./rules_keeper.ts";

/** What is followed beside the channel, when updates may begin, and what comes next, as the faces show it. */
export interface RulesView {
  /** By its IANA name. */
  timeZone: string;
  pin?: string;
  /** While it is in force. */
  override?: NonNullable<UpdateRules["override"]> & { text: string };
  /** `text`: "Sunday from 02:00 for 3 h"; `now`: whether it is open, and until when that is so. */
  window?: MaintenanceWindow & { text: string; now: string };
  automatic?: { delayDays: number };
  /** The newest change cannot be read: nothing happens by itself. */
  isUnreadable?: true;
  next: AutomaticPlan;
  /** Newest first. */
  changes: readonly RulesChanged[];
}

/** Pure but for what the keeper remembers. */
export function toRulesView(
  keeper: RulesKeeper,
  { override, next, nowMs }: {
    override: ReturnType<RulesKeeper["overrideInForce"]>;
    next: AutomaticPlan;
    nowMs: number;
  },
): RulesView {
  const { rules, isUnreadable, changes } = keeper.folded();
  const timeZone = keeper.timeZone();
  const { pin, window, automatic } = rules;
  return {
    timeZone,
    ...(pin === undefined ? {} : { pin }),
    ...(override && rules.override && { override: { ...rules.override, text: override.text } }),
    ...(window && {
      window: { ...window, text: windowText(window), now: nowText(window, { timeZone, nowMs }) },
    }),
    ...(automatic && { automatic }),
    ...(isUnreadable && { isUnreadable }),
    next,
    changes: changes.toReversed(),
  };
}

function nowText(window: MaintenanceWindow, at: { timeZone: string; nowMs: number }): string {
  const { isOpen, span } = windowAt(window, at);
  return isOpen
    ? `open until ${zonedMinute(span.endMs, at.timeZone)}`
    : `opens on ${zonedMinute(span.startMs, at.timeZone)}`;
}
