import type { Host } from "../host/host.ts";
import { type JournalEntry, readJournal } from "../state/journal.ts";
import { entryLine } from "../state/entry_words.ts";
import { PATHS } from "../state/paths.ts";
import { toNanoTime } from "./log_line.ts";
import type { MemoryLine } from "./memory_stream.ts";

const JOURNAL_MAX_BYTES = 256 * 1024 * 1024;

/**
 * What the agent's record tells of setup and other long operations; the same array as long as that is the same. `record` is the
 * record as its keeper holds it, where that is this process: it only grows. Without it the file is read, when it is another one.
 */
export function setupLineReader(
  host: Host,
  record?: () => readonly JournalEntry[],
): () => Promise<readonly MemoryLine[]> {
  let lines: readonly MemoryLine[] = [];
  if (record !== undefined) {
    return () => {
      const more = record().slice(lines.length).map(setupLine);
      if (more.length > 0) lines = [...lines, ...more];
      return Promise.resolve(lines);
    };
  }
  let readOf: string | undefined;
  return async () => {
    const info = await host.info(PATHS.journal); // first: what is written meanwhile is read the next time
    const of = info?.kind === "file" ? `${info.sizeBytes} ${info.mtimeMs}` : undefined;
    if (of === undefined || of !== readOf) [lines, readOf] = [await readSetupLines(host), of];
    return lines;
  };
}

async function readSetupLines(host: Host): Promise<MemoryLine[]> {
  const { entries, problem } = readJournal(
    await host.readText(PATHS.journal, { maxBytes: JOURNAL_MAX_BYTES }) ?? "",
  );
  const lines = entries.map(setupLine);
  const last = lines.at(-1)?.at ?? "";
  return problem === undefined ? lines : [...lines, { at: last, text: problem, level: "error" }];
}

/** One entry in words: what happened, where, and why. */
export function setupLine({ at, type, data }: JournalEntry): MemoryLine {
  const progress = typeof data.progress === "object" && data.progress !== null
    ? data.progress as Record<string, unknown>
    : {};
  const counted = typeof progress.done === "number"
    ? `${progress.done}${typeof progress.total === "number" ? ` of ${progress.total}` : ""} ${
      progress.unit ?? ""
    }`
    : "";
  const { level, text } = entryLine({ type, data });
  const more = [data.reason, counted, data.message]
    .filter((it) => typeof it === "string" && it.trim() !== "");
  return { at: toNanoTime(at) ?? "", text: [text, ...more].join(": "), level };
}
