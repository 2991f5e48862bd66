import type { MonotonicClock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { AutomaticPlan } from "./automatic_plan.ts";
import type { RulesKeeper } from "./rules_keeper.ts";
import { watchClock } from "./steady_clock.ts";

const TICK_MS = 60_000;

/** What following the rules needs. */
export interface AutomaticDeps {
  clock: MonotonicClock;
  keeper: RulesKeeper;
  /** What comes next, as of now. */
  plan(): AutomaticPlan;
  /** Notes when a release was first seen, where it does not say when it was published. */
  noteSeen(): Promise<void>;
  /** Goes on with a way that waited for the window, once that is open. */
  goOn(): Promise<void>;
  /** Begins the update that is due; every check of an update counts. */
  begin(): Promise<void>;
  /** A testing override is over: what was known of it is forgotten. */
  overrideEnded(): Promise<void>;
  /** Called when what comes next is another one. */
  changed(): void;
  /** What went wrong, and is tried again a minute later. */
  failed(problem: string): void;
}

/**
 * Goes by the rules until the signal aborts: ends an override that is over, and begins an update when its time has come. Once a
 * minute, so what is due begins up to a minute late. It never begins while the time of day has just been set.
 */
export async function followRules(deps: AutomaticDeps, signal: AbortSignal): Promise<void> {
  const { clock, keeper } = deps;
  const isSteady = watchClock(clock);
  let said = "";
  let problem = "";
  while (!signal.aborted) {
    try {
      await keeper.readTimeZone();
      if (await keeper.endOver()) await deps.overrideEnded();
      await deps.noteSeen();
      if (isSteady()) await deps.goOn();
      const plan = deps.plan();
      if (isSteady() && plan.status === "due") await deps.begin();
      if (plan.text !== said) deps.changed();
      said = plan.text;
      problem = "";
    } catch (error) {
      // The disk may be full, the record damaged: told once, since it is met every minute.
      if (errorText(error) !== problem) deps.failed(problem = errorText(error));
    }
    await clock.sleep(TICK_MS, signal).catch(() => {}); // rejects at the end
  }
}
