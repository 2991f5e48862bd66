/** More than a bundle has when it is compressed; what is larger ends early. */
const MOST_BYTES = 24 * 1024 * 1024;

/**
 * The bytes of one bundle, for all who want them: each reads from the beginning at its own pace, and a slow one holds nobody up.
 * They are kept in memory, since the disk may be full or read-only when a bundle is wanted most.
 */
export class Spool {
  readonly #chunks: Uint8Array[] = [];
  #sizeBytes = 0;
  #readers = 0;
  #end: { error?: unknown } | undefined;
  #grown = Promise.withResolvers<void>();
  readonly #onAlone: () => void;

  /** `onAlone` is called when the last reader has gone before the end. */
  constructor(onAlone: () => void = () => {}) {
    this.#onAlone = onAlone;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Why no more should be put in; `undefined` while there is room. */
  isFull(): string | undefined {
    return this.#sizeBytes < MOST_BYTES ? undefined : "the bundle was too large";
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
    this.#wake();
  }

  /** No more comes; with an error it broke off. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** All bytes, from the first one. */
  read(): ReadableStream<Uint8Array> {
    let next = 0;
    let isGone = false;
    this.#readers++;
    const leave = () => {
      if (isGone) return;
      isGone = true;
      if (--this.#readers === 0 && this.#end === undefined) this.#onAlone();
    };
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        while (next >= this.#chunks.length && this.#end === undefined) await this.#grown.promise;
        const chunk = this.#chunks[next++];
        if (chunk !== undefined) return controller.enqueue(chunk);
        leave();
        if (this.#end?.error === undefined) controller.close();
        else controller.error(this.#end.error);
      },
      cancel: leave,
    }, { highWaterMark: 0 });
  }

  #wake(): void {
    this.#grown.resolve();
    this.#grown = Promise.withResolvers<void>();
  }
}
