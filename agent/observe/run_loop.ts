import type { Clock } from "../clock.ts";
import type { Report } from "../report.ts";
import type { Changes } from "./changes.ts";

/** The least between two rounds; what changes meanwhile is seen together. */
export const TICK_MS = 1_000;

/** How long to wait for the next round. */
export interface Wait {
  ms: number;
  /** A change of what is observed ends the wait earlier. */
  orChange: boolean;
}

/** Until what was done at `atMs` is due again; 0 when it is, and when the clock was set back behind it. */
export function restMs(atMs: number, everyMs: number, nowMs: number): number {
  const ageMs = nowMs - atMs;
  return ageMs < 0 || ageMs >= everyMs ? 0 : everyMs - ageMs;
}

/** What every loop of the observer has. */
export interface LoopSurroundings {
  clock: Clock;
  changes: Changes;
  report: Report;
  signal: AbortSignal;
}

/** Does the work again and again until the signal aborts. An error is reported once and ends nothing. Never throws. */
export async function runLoop(
  id: string,
  work: (signal: AbortSignal) => Promise<Wait>,
  { clock, changes, report, signal }: LoopSurroundings,
): Promise<void> {
  while (!signal.aborted) {
    const seen = changes.version;
    let wait: Wait = { ms: TICK_MS, orChange: false };
    try {
      wait = await work(signal);
    } catch (error) {
      if (!signal.aborted) report(id, error);
    }
    const leastMs = Math.min(wait.ms, TICK_MS);
    await clock.sleep(leastMs, signal).catch(() => {}); // rejects when the signal aborts, which ends the loop
    if (wait.ms <= leastMs) continue;
    if (wait.orChange) await changes.after(seen, wait.ms - leastMs, clock, signal);
    else await clock.sleep(wait.ms - leastMs, signal).catch(() => {});
  }
}
