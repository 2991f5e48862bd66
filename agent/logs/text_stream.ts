import { type Batch, type LogStream, type RawLine, START } from "./log_line.ts";

const BATCH_LINES = 500;
/** Looked at along with each batch, for secrets of several lines. */
const CONTEXT_LINES = 50;

/** A line of a text that is there as a whole. */
export type TextLine = Omit<RawLine, "before" | "after">;

/** A text that does not change any more; `read` is asked for it once, when it is first needed. A place is a number of lines. */
export function textStream(key: string, read: () => readonly TextLine[]): LogStream {
  let whole: readonly TextLine[] | undefined;
  const all = () => whole ??= read();
  const placeOf = (index: number) => index <= 0 ? START : String(index);
  const batch = (lines: readonly TextLine[], from: number, to: number): Batch => {
    const taken = lines.slice(from, to).map((it, i) => ({
      ...it,
      before: placeOf(from + i),
      after: placeOf(from + i + 1),
    }));
    return {
      lines: taken,
      context: lines.slice(Math.max(0, from - CONTEXT_LINES), from).map((it) => it.text),
      readBytes: taken.reduce((sum, it) => sum + it.text.length, 0),
      before: placeOf(from),
    };
  };
  return {
    key,
    end: () => Promise.resolve(placeOf(all().length)),
    async *back(from) {
      const lines = all();
      for (let to = indexOf(from, lines.length); to > 0; to -= BATCH_LINES) {
        yield await Promise.resolve(batch(lines, Math.max(0, to - BATCH_LINES), to));
      }
    },
    async *ahead(from) {
      const lines = all();
      for (let at = indexOf(from, lines.length); at < lines.length; at += BATCH_LINES) {
        yield await Promise.resolve(batch(lines, at, Math.min(lines.length, at + BATCH_LINES)));
      }
    },
  };
}

/** What stands in an address may be anything. */
function indexOf(place: string, length: number): number {
  return /^\d{1,9}$/.test(place) ? Math.min(Number(place), length) : 0;
}
