/** The time and the waiting of one process; tests pass a clock of their own. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that also tells how much time has passed. */
export interface MonotonicClock extends Clock {
  /** Milliseconds since some moment of this process: never goes back and never jumps, whatever is done to the time of day. */
  monotonicMs(): number;
}

/** The machine's own clock. */
export const systemClock: MonotonicClock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};

/** `nowMs` as ISO 8601 in UTC, the form of every time in state files and JSON. */
export function isoNow(clock: Clock): string {
  return new Date(clock.nowMs()).toISOString();
}
