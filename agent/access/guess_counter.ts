import { isoNow, type MonotonicClock } from "../clock.ts";

/** A sign-in that was refused. */
export interface RefusedGuess {
  /** As {@link sourceOf} names it. */
  source: string;
  /** What was tried: "password", "token" or "link". */
  by: string;
  /** It was not even judged, because its source had to wait. */
  isLockedOut: boolean;
}

/** Refused sign-ins of one source, as they are kept. */
export type Refusals = Readonly<Record<string, unknown>>;

interface Counted {
  by: string;
  wrong: number;
  lockedOut: number;
  since: string;
  untilMs: number;
}

const WINDOW_MS = 60_000;
/** More sources than these are counted together, so that a flood from everywhere fills no disk. */
const MAX_SOURCES = 3;
const MAX_NAMES = 1_000;
const OTHERS = "other addresses";

/** Makes one entry per source and minute out of refused sign-ins: the first at once, those of the minute after it as a count. */
export class GuessCounter {
  readonly #counted = new Map<string, Counted>();
  readonly #others = new Set<string>();
  constructor(readonly clock: MonotonicClock) {}

  /** Notes one; gives what to write at once. */
  count({ source, by, isLockedOut }: RefusedGuess): Refusals | undefined {
    const key = this.#counted.has(source) || this.#counted.size < MAX_SOURCES ? source : OTHERS;
    if (key === OTHERS && this.#others.size < MAX_NAMES) this.#others.add(source);
    const old = this.#counted.get(key);
    const counted = old ?? this.#open(key, by);
    if (isLockedOut) counted.lockedOut++;
    else counted.wrong++;
    counted.by = by;
    if (old || key === OTHERS) return undefined;
    const entry = this.#entry(key, counted);
    this.#open(key, by);
    return entry;
  }

  /** What is to be written now; `all` at the end, whether or not its minute is over. */
  due(all = false): Refusals[] {
    const nowMs = this.clock.monotonicMs();
    return [...this.#counted].flatMap(([source, it]) => {
      if (!all && it.untilMs > nowMs) return [];
      this.#counted.delete(source);
      if (it.wrong + it.lockedOut === 0) return [];
      const entry = this.#entry(source, it);
      if (source === OTHERS) this.#others.clear();
      else this.#open(source, it.by); // one that goes on is not written at once again
      return [entry];
    });
  }

  #open(source: string, by: string): Counted {
    const fresh = {
      by,
      wrong: 0,
      lockedOut: 0,
      since: isoNow(this.clock),
      untilMs: this.clock.monotonicMs() + WINDOW_MS,
    };
    this.#counted.set(source, fresh);
    return fresh;
  }

  #entry(source: string, { by, wrong, lockedOut, since }: Counted): Refusals {
    const addresses = source === OTHERS ? { addresses: this.#others.size } : {};
    return { via: "network", address: source, ...addresses, by, wrong, lockedOut, since };
  }
}
