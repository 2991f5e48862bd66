import type { MonotonicClock } from "../clock.ts";

const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** A source that has been quiet for this long starts again from nothing. */
const FORGET_MS = 60 * 60_000;
const MAX_SOURCES = 10_000;

interface Source {
  failures: number;
  lastMs: number;
  blockedUntilMs: number;
}

/**
 * Slows guessing down per source; nobody else is locked out.
 *
 * - Waiting is measured by the monotonic clock: a time of day that was ahead for a while locks nobody out for longer.
 * - Memory is bounded: beyond MAX_SOURCES the ones whose last guess is oldest go, and those that wait stay longest.
 */
export class BackOff {
  readonly #sources = new Map<string, Source>();
  constructor(readonly clock: MonotonicClock) {}

  /** Seconds that a source still has to wait; 0 = it may try. */
  waitSec(source: string): number {
    const found = this.#sources.get(source);
    return found ? Math.max(0, Math.ceil((found.blockedUntilMs - this.clock.monotonicMs()) / 1000)) : 0;
  }

  /** Notes a wrong guess. Waiting time doubles with each one after the free ones. */
  fail(source: string): void {
    const nowMs = this.clock.monotonicMs();
    const old = this.#sources.get(source);
    const failures = (old && nowMs - old.lastMs < FORGET_MS ? old.failures : 0) + 1;
    const over = failures - FREE_FAILURES;
    const waitMs = over < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** over, LONGEST_WAIT_MS);
    this.#sources.delete(source); // re-inserted as the newest
    this.#sources.set(source, { failures, lastMs: nowMs, blockedUntilMs: nowMs + waitMs });
    if (this.#sources.size > MAX_SOURCES) this.#evict(source);
  }

  succeed(source: string): void {
    this.#sources.delete(source);
  }

  /** Drops one source, but never the one that was just added: it would go unpunished. */
  #evict(added: string): void {
    const nowMs = this.clock.monotonicMs();
    for (const [source, it] of this.#sources) {
      if (source === added) continue;
      if (it.blockedUntilMs > nowMs && this.#sources.size <= MAX_SOURCES * 2) continue;
      this.#sources.delete(source);
      return;
    }
  }
}
