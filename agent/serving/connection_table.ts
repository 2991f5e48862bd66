import type { Limits } from "./limits.ts";

/** So many strangers are always taken. */
const FEWEST = 8;

/** One connection as the table knows it. Times are of a clock that never jumps. */
export interface Entry {
  readonly source: string;
  /** Since when nothing is asked or answered on it. */
  sinceMs: number;
  /** Requests whose answer is being made, and answers that stay open. */
  busy: number;
  /** Whether a whole request has come over it. */
  hasAsked: boolean;
  isSignedIn: boolean;
  /** The last answer was given. */
  isLeaving: boolean;
  /** Closes the connection at once. */
  cut(): void;
}

/**
 * Who may stay. A newcomer is never refused: its head may show a session, so somebody worse goes instead.
 * - of a source that has too many strangers, the one that has been idle longest goes; other sources do not feel it
 * - of too many strangers in all, one of the source that has most of them goes
 * - strangers never push out a signed-in connection
 */
export class ConnectionTable {
  readonly #limits: Limits;
  #strangerLimit: number;
  /** Strangers by source, oldest first. */
  readonly #strangers = new Map<string, Set<Entry>>();
  readonly #signedIn = new Set<Entry>();
  #strangerCount = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#strangerLimit = limits.strangers;
  }

  get size(): number {
    return this.#strangerCount + this.#signedIn.size;
  }

  /** Takes a newcomer in and cuts whoever has to go for it. */
  add(source: string, nowMs: number, cut: () => void): Entry {
    const entry: Entry = {
      source,
      sinceMs: nowMs,
      busy: 0,
      hasAsked: false,
      isSignedIn: false,
      isLeaving: false,
      cut,
    };
    const siblings = this.#strangers.get(source);
    if (siblings !== undefined && siblings.size >= this.#limits.strangersPerSource) {
      this.#cut(worst(siblings));
    } else if (this.#strangerCount >= this.#strangerLimit) this.#cutStranger();
    this.#addStranger(entry);
    return entry;
  }

  /** A signed-in request came over this connection: it leaves the strangers. */
  signIn(entry: Entry): void {
    if (entry.isSignedIn || !this.#remove(entry)) return;
    entry.isSignedIn = true;
    if (this.#signedIn.size >= this.#limits.signedIn) this.#cut(worst(this.#signedIn));
    this.#signedIn.add(entry);
  }

  /** Forgets a connection that has ended. */
  remove(entry: Entry): void {
    this.#remove(entry);
  }

  /** No more files can be opened: a quarter of the strangers goes, and so many are not taken again. */
  makeRoom(): void {
    this.#strangerLimit = Math.max(FEWEST, Math.floor(this.#strangerCount * 3 / 4));
    while (this.#strangerCount > this.#strangerLimit) this.#cutStranger();
  }

  /** Cuts every connection that has done nothing for too long. */
  cutOverdue(nowMs: number): void {
    const { leaveMs, idleMs, headMs } = this.#limits;
    for (const entry of this.#all()) {
      const limitMs = entry.isLeaving ? leaveMs : entry.hasAsked ? idleMs : headMs;
      if (entry.busy === 0 && nowMs - entry.sinceMs >= limitMs) this.#cut(entry);
    }
  }

  /** Cuts the idle ones, or all. */
  cutAll({ isIdle = false } = {}): void {
    for (const entry of this.#all()) if (!isIdle || entry.busy === 0) this.#cut(entry);
  }

  #all(): Entry[] {
    return [...[...this.#strangers.values()].flatMap((it) => [...it]), ...this.#signedIn];
  }

  /** One of the source that has most of them. */
  #cutStranger(): void {
    let largest: Set<Entry> | undefined;
    for (const it of this.#strangers.values()) if (it.size > (largest?.size ?? 0)) largest = it;
    if (largest !== undefined) this.#cut(worst(largest));
  }

  #addStranger(entry: Entry): void {
    const siblings = this.#strangers.get(entry.source);
    if (siblings === undefined) this.#strangers.set(entry.source, new Set([entry]));
    else siblings.add(entry);
    this.#strangerCount++;
  }

  #cut(entry: Entry | undefined): void {
    if (entry === undefined) return;
    this.#remove(entry);
    entry.cut();
  }

  #remove(entry: Entry): boolean {
    if (this.#signedIn.delete(entry)) return true;
    const siblings = this.#strangers.get(entry.source);
    if (!siblings?.delete(entry)) return false;
    this.#strangerCount--;
    if (siblings.size === 0) this.#strangers.delete(entry.source);
    return true;
  }
}

/** Who goes first: the longest idle; where all are busy, the oldest. */
function worst(entries: Iterable<Entry>): Entry | undefined {
  let found: Entry | undefined;
  for (const it of entries) {
    found ??= it;
    const isWorse = it.busy === 0 && (found.busy > 0 || it.sinceMs < found.sinceMs);
    if (isWorse) found = it;
  }
  return found;
}
