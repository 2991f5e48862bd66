/** The beginning and the end of a text that may be longer than can be kept. */
export class BoundedText {
  readonly #headBytes: number;
  readonly #tailBytes: number;
  readonly #head: Uint8Array[] = [];
  #tail: Uint8Array[] = [];
  #headSize = 0;
  #tailSize = 0;
  #leftOut = 0;

  /** Keeps half of `maxBytes` at each side. */
  constructor(maxBytes: number) {
    this.#headBytes = Math.ceil(maxBytes / 2);
    this.#tailBytes = maxBytes - this.#headBytes;
  }

  /** Whole lines, so that what is kept begins and ends with one. */
  add(text: string): void {
    const bytes = new TextEncoder().encode(text);
    if (this.#headSize + bytes.length <= this.#headBytes && this.#tailSize === 0) {
      this.#head.push(bytes);
      this.#headSize += bytes.length;
      return;
    }
    this.#tail.push(bytes);
    this.#tailSize += bytes.length;
    while (this.#tailSize > this.#tailBytes && this.#tail.length > 1) {
      const gone = this.#tail.shift()?.length ?? 0;
      this.#tailSize -= gone;
      this.#leftOut += gone;
    }
  }

  get isCut(): boolean {
    return this.#leftOut > 0;
  }

  /** What is kept, in pieces, with a line that says how much is not. */
  pieces(): { pieces: Uint8Array[]; sizeBytes: number } {
    const note = this.#leftOut === 0
      ? []
      : [new TextEncoder().encode(`\n[${this.#leftOut} bytes were left out here]\n\n`)];
    const pieces = [...this.#head, ...note, ...this.#tail];
    this.#tail = [];
    this.#head.length = 0;
    return { pieces, sizeBytes: pieces.reduce((sum, it) => sum + it.length, 0) };
  }
}
