/** A seeded random source for fuzzing (mulberry32), so that a failure can be played again. */
export class Random {
  #state: number;
  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ n < 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** 0 ≤ n < bound, whole. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A copy in another order. */
  shuffle<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let i = mixed.length - 1; i > 0; i--) {
      const other = this.below(i + 1);
      [mixed[i], mixed[other]] = [mixed[other] as T, mixed[i] as T];
    }
    return mixed;
  }

  /** Printable, control, markup and non-ASCII characters mixed. */
  text(maxLength: number): string {
    const pool = [
      "a",
      "Z",
      "0",
      " ",
      "\n",
      "\t",
      "\0",
      '"',
      "'",
      "\\",
      "<",
      ">",
      "&",
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      "é",
      "\u202e",
      "💥",
      "\ud800",
    ];
    return Array.from({ length: this.below(maxLength + 1) }, () => this.pick(pool)).join("");
  }

  /** A copy with some characters removed, changed, doubled or swapped. */
  mutate(text: string): string {
    const chars = [...text];
    for (let i = 1 + this.below(4); i > 0 && chars.length > 0; i--) {
      const at = this.below(chars.length);
      switch (this.below(4)) {
        case 0:
          chars.splice(at, 1 + this.below(8));
          break;
        case 1:
          chars[at] = this.pick(["\0", "}", '"', "x", "9", "\n"]);
          break;
        case 2:
          chars.splice(at, 0, ...chars.slice(at, at + 5));
          break;
        default:
          chars.length = at;
      }
    }
    return chars.join("");
  }
}
