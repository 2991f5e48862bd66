import { type Clock } from "../clock.ts";
import { type LogStream, type RawLine, START } from "./log_line.ts";

/** A line of something that is read as a whole. */
export type MemoryLine = Pick<RawLine, "at" | "text" | "level">;

const POLL_MS = 1_000;

/**
 * What is short enough to be read as a whole each time. It grows at its end and may lose its beginning. A place is the time of a
 * line and which one of that time it is. `read` may give the same array again: nothing is looked for in it then.
 */
export function memoryStream(
  { key, clock, read }: { key: string; clock: Clock; read: () => Promise<readonly MemoryLine[]> },
): LogStream {
  function placed(told: readonly MemoryLine[]): RawLine[] {
    let before = START;
    let [at, count] = ["", 0];
    return told.map((it) => {
      [at, count] = [it.at, it.at === at ? count + 1 : 1];
      const line = { ...it, before, after: `${at}_${count}` };
      before = line.after;
      return line;
    });
  }
  return {
    key,
    end: async () => placed(await read()).at(-1)?.after ?? START,
    async *back(from) {
      const all = placed(await read());
      const found = all.slice(0, all.findIndex((it) => it.after === from) + 1);
      if (found.length > 0) yield { lines: found, context: [], readBytes: 0, before: START };
    },
    async *ahead(from, { follows, signal }) {
      let last: readonly MemoryLine[] | undefined;
      for (let at = from; !signal.aborted;) {
        const told = await read();
        const all = told === last ? [] : placed(told);
        const found = all.slice(all.findIndex((it) => it.after === at) + 1);
        if (found.length > 0) yield { lines: found, context: [], readBytes: 0, before: at };
        at = found.at(-1)?.after ?? at;
        last = told;
        if (!follows) return;
        await clock.sleep(POLL_MS, signal).catch(() => {}); // rejects at the end
      }
    },
  };
}
