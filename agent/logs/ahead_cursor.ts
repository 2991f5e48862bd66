import type { MonotonicClock } from "../clock.ts";
import type { FileRedaction, Redaction } from "../text/redact/redaction.ts";
import { cleanLines } from "./clean_line.ts";
import type { Budget, Wanted } from "./entry_cursor.ts";
import { createEntryTimes } from "./entry_times.ts";
import { type Entry, foldLines, joinEntries, lastLine } from "./fold_lines.ts";
import { type Batch, type LogStream, START } from "./log_line.ts";
import type { Cursor } from "./merge_cursors.ts";

/** Goes ahead through one stream from a place, an entry at a time. */
export class AheadCursor implements Cursor {
  readonly stream: LogStream;
  readonly #wanted: Wanted;
  readonly #file: FileRedaction;
  readonly #signal: AbortSignal;
  #batches: AsyncIterator<Batch> | undefined;
  /** Each with the place in front of it. */
  #found: { entry: Entry; from: string }[] = [];
  /** The last one that was read: the next batch may go on with it. */
  #open: Entry | undefined;
  /** Behind everything that was looked at. */
  #place: string;
  #isOver = false;
  readonly #timeOf = createEntryTimes();
  /** Time of the newest line that was looked at. */
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
    this.#file = redaction.file();
    this.#signal = signal;
    this.#place = from;
  }

  /** The oldest entry that was not taken yet; `undefined` when there is none, or the budget does not reach it. */
  async peek(budget: Budget, clock: MonotonicClock): Promise<Entry | undefined> {
    while (this.#found.length === 0 && !this.#isOver) {
      if (budget.leftBytes <= 0 || clock.monotonicMs() >= budget.endMs) return undefined;
      await this.#read(budget);
    }
    return this.#found[0]?.entry;
  }

  take(): void {
    this.#found.shift();
  }

  /** Where the next page begins. */
  place(): string {
    return this.#found[0]?.from ?? this.#place;
  }

  /** Nothing newer is there. */
  isAtEnd(): boolean {
    return this.#isOver && this.#found.length === 0;
  }

  async close(): Promise<void> {
    await this.#batches?.return?.();
  }

  async #start(): Promise<AsyncIterator<Batch>> {
    const { stream } = this;
    const { since } = this.#wanted;
    let from = this.#place;
    if (from === START && since !== "" && stream.placeAt) from = await stream.placeAt(since, this.#signal);
    await readBefore(stream, from, { file: this.#file, signal: this.#signal });
    return stream.ahead(from, { follows: false, signal: this.#signal })[Symbol.asyncIterator]();
  }

  async #read(budget: Budget): Promise<void> {
    this.#batches ??= await this.#start();
    const { value, done } = await this.#batches.next();
    if (done) {
      this.#isOver = true;
      if (this.#open) this.#add(this.#open);
      this.#open = undefined;
      return;
    }
    budget.leftBytes -= value.readBytes;
    const lines = await cleanLines(value, this.#file);
    const entries = foldLines(this.stream.key, lines);
    this.reachedAt = lines.findLast((it) => it.at !== "")?.at ?? this.reachedAt;
    const [first] = entries;
    if (this.#open && first) {
      const whole = joinEntries(this.#open, first);
      if (whole) entries[0] = whole;
      else entries.unshift(this.#open);
    }
    this.#open = entries.pop() ?? this.#open;
    for (const it of entries) this.#add(it);
  }

  #add(entry: Entry): void {
    const { filter, since, until } = this.#wanted;
    // A batch goes on behind the line that ends the window.
    const at = this.#timeOf(entry);
    if (at !== "" && until !== "" && at > until) {
      this.#isOver = true;
      return;
    }
    if ((at === "" || since === "" || at >= since) && filter(entry)) {
      this.#found.push({ entry, from: this.#place });
    }
    this.#place = lastLine(entry).after;
  }
}

/** Shows the redaction what stands in front of a place: a secret of several lines may have begun there. */
export async function readBefore(
  stream: LogStream,
  from: string,
  { file, signal }: { file: FileRedaction; signal: AbortSignal },
): Promise<void> {
  if (from === START) return;
  for await (const { lines, context } of stream.back(from, signal)) {
    await cleanLines({ lines: [], context: [...context, ...lines.map((it) => it.text)] }, file);
    return;
  }
}
