/**
 * Runs expensive work one after another, with a bounded number waiting, so that a flood of it takes one core at most and a
 * bounded memory.
 */
export class OneByOne {
  #waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();
  constructor(readonly maxWaiting: number) {}

  get isFull(): boolean {
    return this.#waiting >= this.maxWaiting;
  }

  /** @throws {RangeError} When it is full; ask {@link isFull} first. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isFull) throw new RangeError(`${this.maxWaiting} wait already`);
    this.#waiting++;
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => {});
    try {
      return await done;
    } finally {
      this.#waiting--;
    }
  }
}
