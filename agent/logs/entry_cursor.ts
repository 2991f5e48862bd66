import type { MonotonicClock } from "../clock.ts";
import type { Redaction } from "../text/redact/redaction.ts";
import { cleanLines } from "./clean_line.ts";
import { createEntryTimes } from "./entry_times.ts";
import { type Entry, foldLines, joinEntries, lastLine } from "./fold_lines.ts";
import { type Batch, type LogStream, START } from "./log_line.ts";
import type { Cursor } from "./merge_cursors.ts";

/** How much one answer may cost; what is left when it is used up is looked for with the next one. */
export interface Budget {
  leftBytes: number;
  endMs: number;
}

/** Which entries are wanted. */
export interface Wanted {
  filter: (entry: Entry) => boolean;
  /** UTC with nine digits; "" is open. */
  since: string;
  until: string;
}

/** Goes back through one stream, an entry at a time. */
export class EntryCursor implements Cursor {
  readonly stream: LogStream;
  readonly #wanted: Wanted;
  readonly #redaction: Redaction;
  readonly #batches: AsyncIterator<Batch>;
  #found: Entry[] = [];
  /** Goes on with an older entry, which has not been read yet. */
  #open: Entry | undefined;
  /** Where the reading has arrived. */
  #place: string;
  #isOver = false;
  #newest: string | undefined;
  /** Time of the oldest line that was looked at. */
  reachedAt = "";

  constructor(
    { stream, from, wanted, redaction, signal }: {
      stream: LogStream;
      from: string;
      wanted: Wanted;
      redaction: Redaction;
      signal: AbortSignal;
    },
  ) {
    this.stream = stream;
    this.#wanted = wanted;
    this.#redaction = redaction;
    this.#place = from;
    this.#batches = stream.back(from, signal)[Symbol.asyncIterator]();
  }

  /** The newest entry that was not taken yet; `undefined` when there is none, or the budget does not reach it. */
  async peek(budget: Budget, clock: MonotonicClock): Promise<Entry | undefined> {
    while (this.#found.length === 0 && !this.#isOver) {
      if (budget.leftBytes <= 0 || clock.monotonicMs() >= budget.endMs) return undefined;
      await this.#read(budget);
    }
    return this.#found.at(-1);
  }

  take(): void {
    const entry = this.#found.pop();
    if (entry) this.#place = entry.head.before;
  }

  /** Where the next page goes on. */
  place(): string {
    const next = this.#found.at(-1) ?? this.#open;
    if (next) return lastLine(next).after;
    return this.#isOver ? START : this.#place;
  }

  /** Nothing older is there. */
  isAtEnd(): boolean {
    return this.place() === START;
  }

  /** The place behind the newest entry of the window, wanted or not. */
  newest(): string {
    return this.#newest ?? this.place();
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  async #read(budget: Budget): Promise<void> {
    const { value, done } = await this.#batches.next();
    if (done) {
      this.#isOver = true;
      if (this.#open) this.#add([this.#open]);
      this.#open = undefined;
      return;
    }
    budget.leftBytes -= value.readBytes;
    const lines = await cleanLines(value, this.#redaction.file());
    const entries = foldLines(this.stream.key, lines);
    this.reachedAt = lines.find((it) => it.at !== "")?.at ?? this.reachedAt;
    this.#place = value.before;
    if (this.#open && lines.length > 0) {
      const last = entries.pop();
      const whole = last && joinEntries(last, this.#open);
      if (whole) entries.push(whole);
      else if (last) entries.push(last, this.#open);
      this.#open = undefined;
    }
    if (entries[0]?.isContinued && value.before !== START) this.#open = entries.shift();
    this.#add(entries);
  }

  #add(entries: readonly Entry[]): void {
    const { filter, since, until } = this.#wanted;
    const found: Entry[] = [];
    const times = entries.map(createEntryTimes());
    for (const [i, it] of [...entries.entries()].toReversed()) {
      const at = times[i] ?? "";
      if (at !== "" && until !== "" && at > until) continue;
      this.#newest ??= lastLine(it).after;
      if (at !== "" && since !== "" && at < since) {
        this.#isOver = true;
        this.#open = undefined;
        break;
      }
      if (filter(it)) found.push(it);
    }
    this.#found = [...found.toReversed(), ...this.#found];
  }
}
