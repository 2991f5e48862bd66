import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { abortWith } from "../signals.ts";
import { isCursor, MAX_ENTRY_CHARS, parseJournalEntry } from "./journal_lines.ts";
import { type Batch, type LogStream, type RawLine, START } from "./log_line.ts";
import { pushPull } from "./push_pull.ts";

const PAGE_LINES = 500;
/** Read along with each page, for secrets of several lines. */
const CONTEXT_LINES = 50;
const TIME_LIMIT_MS = 20_000;
/** No page follows for longer. */
const FOLLOW_MS = 24 * 3_600_000;
/** For all of a journal, which may be some gigabytes. */
const WHOLE_MS = 30 * 60_000;
const FIELDS = "--output-fields=MESSAGE,PRIORITY";

/** Entries of the machine's journal that match; the newest are found first, however large it is. */
export function journalStream(
  host: Host,
  { key, match }: { key: string; match: readonly string[] },
): LogStream {
  const argv = (...more: string[]): [string, ...string[]] => [
    "journalctl",
    ...["-o", "json", "--all", "--no-pager", "--quiet", FIELDS],
    ...more,
    ...match,
  ];

  /** At most so many entries up to a place and with it, newest first. */
  async function upTo(place: string[], lines: number, signal: AbortSignal): Promise<[RawLine[], number]> {
    const found: RawLine[] = [];
    const take = entrySplitter((it) => void found.push(...it));
    // Newest first: with a limit and a beginning, systemd before 254 gives the oldest lines otherwise.
    await run(argv("--reverse", "-n", String(lines), ...place), signal, take.bytes, TIME_LIMIT_MS);
    return [found, take.readBytes()];
  }

  async function run(
    command: [string, ...string[]],
    signal: AbortSignal,
    onChunk: (bytes: Uint8Array) => void | Promise<void>,
    timeoutMs: number,
  ): Promise<void> {
    const { code, stderr } = await host.run(command, { signal, timeoutMs, onChunk });
    if (code === 0 || signal.aborted) return;
    throw new AgentError("COMMAND_FAILED", `journalctl ended with ${code}: ${stderr.trim().slice(0, 300)}`);
  }

  return {
    key,
    async end(signal) {
      const [[newest]] = await upTo([], 1, signal);
      return newest?.after ?? START;
    },
    async placeAt(time, signal) {
      // journalctl counts whole seconds here; what is younger within the last one is passed over by whoever reads.
      const seconds = Math.ceil(Date.parse(`${time.slice(0, 23)}Z`) / 1_000);
      const [[newest]] = await upTo([`--until=@${seconds}`], 1, signal);
      return newest?.after ?? START;
    },
    async *back(from, signal) {
      for (let at = from; isCursor(at) && !signal.aborted;) {
        const [found, readBytes] = await upTo([`--cursor=${at}`], PAGE_LINES + CONTEXT_LINES, signal);
        const lines = found.slice(0, PAGE_LINES).toReversed();
        const context = found.slice(PAGE_LINES).toReversed();
        const before = context.at(-1)?.after ?? START;
        yield {
          lines: placed(lines, before),
          context: context.map((it) => it.text),
          readBytes,
          before,
        };
        at = before;
      }
    },
    async *ahead(from, { follows, signal }) {
      const queue = pushPull<Batch>();
      let before = isCursor(from) ? from : START;
      const take = entrySplitter((found) => {
        if (found.length === 0) return;
        const batch = { lines: placed(found, before), context: [], readBytes: take.readBytes(), before };
        before = found.at(-1)?.after ?? before;
        return queue.push(batch);
      });
      const place = before === START ? [] : [`--after-cursor=${before}`];
      const stop = new AbortController();
      const unlink = abortWith(stop, signal);
      const command = argv(...follows ? ["--follow", "--no-tail"] : [], ...place);
      const running = run(command, stop.signal, take.bytes, follows ? FOLLOW_MS : WHOLE_MS)
        .then(() => queue.end(), (error) => queue.end(stop.signal.aborted ? undefined : error));
      try {
        yield* queue.pull();
      } finally {
        unlink();
        stop.abort();
        queue.stop();
        await running;
      }
    },
  };
}

/** Lines in their order, each with the place of the one in front of it. */
function placed(lines: readonly RawLine[], before: string): RawLine[] {
  return lines.map((it, i) => ({ ...it, before: lines[i - 1]?.after ?? before }));
}

/** Makes entries of bytes as they come, in any pieces. An entry that is too long is told in its place. */
function entrySplitter(
  take: (lines: RawLine[]) => void | Promise<void>,
): { bytes: (bytes: Uint8Array) => void | Promise<void>; readBytes: () => number } {
  const decoder = new TextDecoder();
  let rest = "";
  let skipped = 0;
  let readBytes = 0;
  let last: RawLine | undefined;
  return {
    readBytes: () => readBytes,
    bytes(bytes) {
      readBytes += bytes.length;
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      const lines = parts.flatMap((it, i) => {
        if ((i > 0 || skipped === 0) && it.length <= MAX_ENTRY_CHARS) {
          const found = parseJournalEntry(it);
          last = found[0] ?? last;
          return found;
        }
        const text = `[An entry of ${Math.round((skipped + it.length) / 1024)} KiB is left out here]`;
        skipped = 0;
        return last ? [{ ...last, text }] : [];
      });
      if (skipped > 0 || rest.length > MAX_ENTRY_CHARS) {
        skipped += rest.length;
        rest = "";
      }
      return take(lines);
    },
  };
}
