/** Lets one at a time do what is expensive in memory, in the order in which they came. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Waits for its turn; what it gives ends the turn. @throws The signal's reason, when it aborts first. */
  async take(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    const over = Promise.withResolvers<void>();
    this.#last = before.then(() => over.promise);
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([before, aborted.promise]);
      return over.resolve;
    } catch (error) {
      over.resolve();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
