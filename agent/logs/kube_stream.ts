import { KubeApiError, type KubeClient } from "../../k8s/client/kube_client.ts";
import type { Clock } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";
import { abortWith, withTimeout } from "../signals.ts";
import { type Batch, type LogStream, MAX_LINE_CHARS, type RawLine, START, toNanoTime } from "./log_line.ts";

const READ_MS = 8_000;
const FIRST_LINES = 1_000;
/** The API has no way to read backwards: each older page reads all that is newer once more. */
const MOST_LINES = 64_000;
const MOST_CHARS = 16 * 1024 * 1024;
const BATCH_LINES = 500;
const AGAIN_MS = 1_000;
/** Following ends in silence when the kubelet rotates the log: a quiet stream is opened again after so long. */
const SILENCE_MS = 30_000;

interface Where {
  kube: () => Promise<KubeClient | undefined>;
  clock: Clock;
  key: string;
  pod: { namespace: string; name: string };
  container: string;
  previous?: boolean;
}

/**
 * The log of one container by the API, for where its files are not: of what the kubelet has moved aside the API gives nothing.
 * A place is a time and how many lines of that time are in front of it.
 */
export function kubeStream(where: Where): LogStream {
  const { key } = where;
  return {
    key,
    async end(signal) {
      const { lines } = await readTail(where, 50, signal);
      return lines.at(-1)?.after ?? START;
    },
    async *back(from, signal) {
      let upTo = from;
      for (let tail = FIRST_LINES; upTo !== START && !signal.aborted;) {
        const { lines, isWhole } = await readTail(where, tail, signal);
        const older = lines.filter((it) => isUpTo(it, upTo)).slice(-BATCH_LINES);
        if (older.length < BATCH_LINES && !isWhole && tail < MOST_LINES) {
          tail *= 4;
          continue;
        }
        if (older.length === 0) return;
        const [first] = older;
        const readBytes = lines.reduce((sum, it) => sum + it.text.length, 0);
        yield { lines: older, context: [], readBytes, before: first?.before ?? START };
        upTo = first?.before ?? START;
      }
    },
    ahead: (from, options) => readAhead(where, from, options),
  };
}

async function* readAhead(
  where: Where,
  from: string,
  { follows, signal }: { follows: boolean; signal: AbortSignal },
): AsyncGenerator<Batch> {
  let last = from;
  for (;;) {
    const reading = new AbortController();
    const unlink = abortWith(reading, signal);
    let isSilent = false;
    const giveUp = () => {
      isSilent = follows;
      reading.abort();
    };
    let timer = setTimeout(giveUp, SILENCE_MS);
    try {
      const kube = await client(where);
      const [time] = last.split("_");
      const stream = await kube.logs(where.pod, {
        container: where.container,
        timestamps: true,
        follow: follows,
        asItComes: true,
        signal: reading.signal,
        ...where.previous ? { previous: true } : {},
        ...time ? { sinceTime: time } : {},
      });
      for await (const lines of splitLines(stream)) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, SILENCE_MS);
        const news = lines.filter((it) => last === START || !isUpTo(it, last));
        if (news.length === 0) continue;
        yield { lines: news, context: [], readBytes: 0, before: last };
        last = news.at(-1)?.after ?? last;
      }
    } catch (error) {
      // Silence is not a fault. All else whoever follows tells, and begins again from the last place.
      if (!signal.aborted && !isSilent) throw toAgentError(error);
    } finally {
      clearTimeout(timer);
      unlink();
      reading.abort();
    }
    if (!follows || signal.aborted) return;
    await where.clock.sleep(AGAIN_MS, signal).catch(() => {}); // rejects at the end
    if (signal.aborted) return;
  }
}

async function client({ kube }: Where): Promise<KubeClient> {
  const found = await kube();
  if (found === undefined) throw new AgentError("TIMEOUT", "Kubernetes is not set up here");
  return found;
}

/** The newest lines; `isWhole`: there are no others. */
async function readTail(
  where: Where,
  tailLines: number,
  signal: AbortSignal,
): Promise<{ lines: RawLine[]; isWhole: boolean }> {
  try {
    const kube = await client(where);
    const stream = await kube.logs(where.pod, {
      container: where.container,
      timestamps: true,
      tailLines,
      asItComes: true,
      signal: withTimeout(READ_MS, signal),
      ...where.previous ? { previous: true } : {},
    });
    const lines: RawLine[] = [];
    let chars = 0;
    let read = 0;
    for await (const it of splitLines(stream)) {
      for (const line of it) {
        lines.push(line);
        read++;
        chars += line.text.length;
        // Of very long lines fewer are held.
        while (chars > MOST_CHARS && lines.length > 1) chars -= lines.shift()?.text.length ?? 0;
      }
    }
    if (read < tailLines && read === lines.length) return { lines, isWhole: true };
    return { lines: lines.slice(1), isWhole: false }; // what is in front of the first is not known
  } catch (error) {
    throw toAgentError(error);
  }
}

function toAgentError(error: unknown): Error {
  if (error instanceof KubeApiError) return new AgentError("TIMEOUT", errorText(error), { cause: error });
  return error instanceof Error ? error : new AgentError("TIMEOUT", errorText(error));
}

/** Lines with their times; each place counts the lines of the same time. */
async function* splitLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<RawLine[]> {
  const decoder = new TextDecoder();
  let rest = "";
  let cutBytes = 0;
  let [lastAt, count] = ["", 0];
  let before = START;
  const toLine = (text: string): RawLine => {
    const space = text.indexOf(" ");
    const at = toNanoTime(text.slice(0, space));
    const time = at ?? lastAt;
    count = time === lastAt ? count + 1 : 1;
    lastAt = time;
    const line: RawLine = {
      at: time,
      text: (at === undefined ? text : text.slice(space + 1)).slice(0, MAX_LINE_CHARS),
      before,
      after: `${time}_${count}`,
      ...(cutBytes > 0 ? { cutBytes } : {}),
    };
    before = line.after;
    cutBytes = 0;
    return line;
  };
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    const lines = parts.map(toLine);
    if (rest.length > MAX_LINE_CHARS) {
      cutBytes += rest.length - MAX_LINE_CHARS;
      rest = rest.slice(0, MAX_LINE_CHARS);
    }
    if (lines.length > 0) yield lines;
  }
}

/** Whether a line stands in front of a place, or is the one behind which it is. */
function isUpTo(line: RawLine, place: string): boolean {
  const [time = "", count = "0"] = place.split("_");
  const [, own = "0"] = line.after.split("_");
  return line.at < time || (line.at === time && Number(own) <= Number(count));
}
