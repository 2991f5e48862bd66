import type { MonotonicClock } from "../../agent/clock.ts";

interface Sleeper {
  atMs: number;
  wake: () => void;
}

/** A clock that moves only when told to; sleepers wake in order of their time. */
export class FakeClock implements MonotonicClock {
  #nowMs: number;
  #jumpedMs = 0;
  #sleepers: Sleeper[] = [];
  /** Every wait that was asked for, in ms. */
  readonly slept: number[] = [];

  constructor(start: string | number = "2026-11-21T12:00:00.000Z") {
    this.#nowMs = typeof start === "number" ? start : Date.parse(start);
  }

  nowMs(): number {
    return this.#nowMs + this.#jumpedMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Sets the time of day ahead (or back): no time passes and nobody wakes. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = { atMs: this.#nowMs + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((it) => it !== sleeper);
        reject(signal.reason);
      }, { once: true });
    });
  }

  /** Moves the time on and lets everything that is due run, including what that starts. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      this.#sleepers.sort((a, b) => a.atMs - b.atMs);
      const next = this.#sleepers[0];
      if (!next || next.atMs > endMs) break;
      this.#sleepers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }
}

/** Lets pending promise reactions run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
