import type { Clock } from "../clock.ts";

/** Lets loops sleep until something has changed, and listeners hear of it. */
export class Changes {
  readonly #listeners = new Set<() => void>();
  #version = 0;

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /** Something may have changed; may be called very often. */
  announce(): void {
    this.#version++;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits for a change after the version `seen`, but no longer than `ms`, and only until the signal aborts. */
  async after(seen: number, ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#version !== seen || signal.aborted) return;
    const over = new AbortController();
    const end = () => over.abort();
    const stop = this.subscribe(end);
    signal.addEventListener("abort", end, { once: true });
    await clock.sleep(ms, over.signal).catch(() => {}); // rejects when it is cut short, which is what it is for
    signal.removeEventListener("abort", end);
    stop();
  }
}
