import type { MonotonicClock } from "../clock.ts";

/** A time of day that was set by this much, in ms, is a jump; less is the slow work of time synchronisation. */
const JUMP_MS = 60_000;
/** How long the time of day has to go on without a jump before anything begins by it. */
const STEADY_MS = 10 * 60_000;

/**
 * Whether the time of day can be gone by: it went on without a jump for ten minutes. After a start too, since a machine that was off
 * may begin with a wrong one. To be asked often.
 */
export function watchClock(clock: MonotonicClock): () => boolean {
  let aheadMs = clock.nowMs() - clock.monotonicMs();
  let sinceMs = clock.monotonicMs();
  return () => {
    const monotonicMs = clock.monotonicMs();
    const nowAheadMs = clock.nowMs() - monotonicMs;
    if (Math.abs(nowAheadMs - aheadMs) > JUMP_MS) {
      aheadMs = nowAheadMs;
      sinceMs = monotonicMs;
    }
    return monotonicMs - sinceMs >= STEADY_MS;
  };
}
