import type { Redaction } from "../text/redact/redaction.ts";
import { cleanLines } from "./clean_line.ts";
import type { Wanted } from "./entry_cursor.ts";
import { createEntryTimes } from "./entry_times.ts";
import { type Entry, foldLines } from "./fold_lines.ts";
import { type LogStream, START } from "./log_line.ts";

interface Reading {
  next(): Promise<Entry | undefined>;
  close(): Promise<void>;
}

/** All that the streams of a source hold, from its beginning, merged by time, without secrets; nothing is held but a piece of each. */
export async function* readAll(
  { streams, wanted, redaction, signal }: {
    streams: readonly LogStream[];
    wanted: Wanted;
    redaction: Redaction;
    signal: AbortSignal;
  },
): AsyncGenerator<Entry> {
  const heads = await Promise.all(streams.map(async (stream) => {
    const reading = readEntries({ stream, wanted, redaction, signal });
    return { reading, entry: await reading.next() };
  }));
  try {
    for (;;) {
      let first: typeof heads[number] | undefined;
      for (const it of heads) {
        if (it.entry && (!first?.entry || it.entry.head.at < first.entry.head.at)) first = it;
      }
      if (!first?.entry) return;
      yield first.entry;
      first.entry = await first.reading.next();
    }
  } finally {
    await Promise.all(heads.map((it) => it.reading.close()));
  }
}

function readEntries(
  { stream, wanted, redaction, signal }: {
    stream: LogStream;
    wanted: Wanted;
    redaction: Redaction;
    signal: AbortSignal;
  },
): Reading {
  const file = redaction.file();
  let entries: Entry[] = [];
  let isOver = false;
  let wasWanted = false;
  const timeOf = createEntryTimes();
  const start = async () => {
    const from = wanted.since !== "" && stream.placeAt ? await stream.placeAt(wanted.since, signal) : START;
    return stream.ahead(from, { follows: false, signal })[Symbol.asyncIterator]();
  };
  let batches: Awaited<ReturnType<typeof start>> | undefined;
  return {
    async next() {
      while (entries.length === 0 && !isOver) {
        batches ??= await start();
        const { value, done } = await batches.next();
        if (done) {
          isOver = true;
          break;
        }
        entries = foldLines(stream.key, await cleanLines(value, file, Infinity)).filter((it) => {
          const at = timeOf(it);
          if (at !== "" && wanted.until !== "" && at > wanted.until) return void (isOver = true);
          if (at !== "" && wanted.since !== "" && at < wanted.since) return false;
          if (!it.isContinued) wasWanted = wanted.filter(it);
          return wasWanted;
        });
      }
      return entries.shift();
    },
    close: async () => void await batches?.return?.(),
  };
}
