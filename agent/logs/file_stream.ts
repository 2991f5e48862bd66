import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { type CriLine, joined, type JoinedLine, joinPieces, parseCriLines } from "./cri_lines.ts";
import { type KnownFile, LogFileReader } from "./log_file_reader.ts";
import { type Batch, type LogStream, START } from "./log_line.ts";

const CHUNK_BYTES = 256 * 1024;
/** What stands in front of a piece is looked at as well, for secrets of several lines. */
const CONTEXT_BYTES = 32 * 1024;
/** Whoever follows and is further behind gets the newest lines instead. */
const MAX_BEHIND_BYTES = 1024 * 1024;
const POLL_MS = 500;
const LIST_TRIES = 3;
const NEWLINE = 10;

/** A byte of a file that is known by its restart and its first line. */
interface Place {
  restart: number;
  head: string;
  byte: number;
}

/** Which of a container's lives are read. */
export interface FileStreamOptions {
  /** Lives before the present one only. */
  previous?: boolean;
}

/** The log of one container from the files of the kubelet: works without Kubernetes, and across rotations and restarts. */
export function fileStream(
  { host, clock, key, folder }: { host: Host; clock: Clock; key: string; folder: string },
  { previous = false }: FileStreamOptions = {},
): LogStream {
  const reader = new LogFileReader(host, folder);

  async function list(): Promise<KnownFile[]> {
    const files = await reader.list();
    const newest = files.at(-1)?.restart ?? 0;
    return previous ? files.filter((it) => it.restart < newest) : files;
  }

  return {
    key,
    async end() {
      const file = (await list()).at(-1);
      const size = file && await reader.size(file);
      if (file === undefined || size === undefined) return START;
      return await lastWhole(reader, file, size);
    },
    placeAt: (time) => placeAt(reader, list, time),
    back: (from, signal) => readBack(reader, list, from, signal),
    ahead: (from, options) => readAhead({ reader, list, clock }, from, options),
  };
}

/** The place behind the last whole line of the program. */
async function lastWhole(reader: LogFileReader, file: KnownFile, size: number): Promise<string> {
  const from = Math.max(0, size - CHUNK_BYTES);
  const bytes = await reader.read(file, from, size - from);
  if (bytes === undefined) return placeIn(file)(0);
  const start = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  const pieces = parseCriLines(bytes.subarray(start), from + start);
  const whole = pieces.findLast((it) => !it.isPartial);
  return placeIn(file)((whole ?? pieces.at(-1))?.toByte ?? from + start);
}

/** By halving: lines of one file are in the order of their times, but for a clock that was set back. */
async function placeAt(
  reader: LogFileReader,
  list: () => Promise<KnownFile[]>,
  time: string,
): Promise<string> {
  const digits = time.replaceAll(/\D/g, "");
  const file = (await list()).findLast((it) => it.head <= digits);
  const size = file && await reader.size(file);
  if (file === undefined || size === undefined) return START;
  let [low, high] = [0, await wholeBytes(reader, file, size)];
  while (high - low > CONTEXT_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const line = await lineAfter(reader, file, middle);
    if (line === undefined || line.fromByte >= high || line.at > time) high = middle;
    else low = line.fromByte;
  }
  const bytes = await reader.read(file, low, high - low + CHUNK_BYTES) ?? new Uint8Array();
  const line = parseCriLines(bytes, low).findLast((it) => it.at <= time && !it.isPartial);
  return placeIn(file)(line?.toByte ?? low);
}

async function lineAfter(reader: LogFileReader, file: KnownFile, byte: number): Promise<CriLine | undefined> {
  const bytes = await reader.read(file, byte, CHUNK_BYTES);
  const start = (bytes?.indexOf(NEWLINE) ?? -1) + 1;
  return bytes === undefined || start === 0
    ? undefined
    : parseCriLines(bytes.subarray(start), byte + start)[0];
}

async function* readBack(
  reader: LogFileReader,
  list: () => Promise<KnownFile[]>,
  from: string,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  let at = parsePlace(from);
  let open: JoinedLine | undefined;
  while (at !== undefined && !signal.aborted) {
    const { files, index } = await find(list, at);
    const file = files[index];
    if (file === undefined) return; // removed, and all that was older with it
    if (at.byte === 0) {
      const older = files[index - 1];
      const size = older && await reader.size(older);
      if (open) yield batchOf([open], [], 0);
      open = undefined;
      if (older === undefined || size === undefined) return;
      at = { restart: older.restart, head: older.head, byte: await wholeBytes(reader, older, size) };
      continue;
    }
    const chunk = await chunkBefore(reader, file, at.byte);
    if (chunk === undefined) continue; // renamed meanwhile
    const place = placeIn(file);
    const lines = joinPieces(chunk.pieces, place);
    if (open) {
      const last = lines.pop();
      if (last) {
        lines.push(...last.isOpen && last.stream === open.stream ? [joined(last, open)] : [last, open]);
      }
      open = undefined;
    }
    const before = chunk.context.at(-1);
    const [first] = lines;
    if (before?.isPartial && first && before.stream === first.stream) open = lines.shift();
    at = { ...at, byte: chunk.fromByte };
    const context = joinPieces(chunk.context, place).map((it) => it.text);
    yield { ...batchOf(lines, context, chunk.readBytes), before: place(chunk.fromByte) };
  }
}

function batchOf(lines: JoinedLine[], context: string[], readBytes: number): Batch {
  return { lines, context, readBytes, before: lines[0]?.before ?? START };
}

/** The lines of a file that end at a byte, as many as fit, and what stands in front of them. */
async function chunkBefore(reader: LogFileReader, file: KnownFile, toByte: number): Promise<
  { pieces: CriLine[]; context: CriLine[]; fromByte: number; readBytes: number } | undefined
> {
  for (let wanted = CHUNK_BYTES;; wanted *= 4) {
    const from = Math.max(0, toByte - wanted - CONTEXT_BYTES);
    const bytes = await reader.read(file, from, toByte - from);
    if (bytes === undefined) return undefined;
    const start = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    const all = parseCriLines(bytes.subarray(start), from + start);
    if (all.length === 0 && from > 0 && wanted < 64 * CHUNK_BYTES) continue; // one line that is longer
    const limit = from === 0 && toByte <= wanted ? 0 : toByte - wanted;
    const first = Math.max(0, Math.min(all.findIndex((it) => it.fromByte >= limit), all.length - 1));
    const pieces = all.slice(first);
    const fromByte = pieces[0]?.fromByte ?? from;
    return { pieces, context: all.slice(0, first), fromByte, readBytes: bytes.length };
  }
}

/** Bytes up to the last newline: a file that broke off ends with half a line. */
async function wholeBytes(reader: LogFileReader, file: KnownFile, size: number): Promise<number> {
  const from = Math.max(0, size - CHUNK_BYTES);
  const bytes = await reader.read(file, from, size - from);
  const last = bytes?.lastIndexOf(NEWLINE) ?? -1;
  return last < 0 ? size : from + last + 1;
}

async function* readAhead(
  { reader, list, clock }: { reader: LogFileReader; list: () => Promise<KnownFile[]>; clock: Clock },
  from: string,
  { follows, signal }: { follows: boolean; signal: AbortSignal },
): AsyncGenerator<Batch> {
  let at = parsePlace(from);
  /** A line of which more may come. */
  let open: JoinedLine | undefined;
  while (!signal.aborted) {
    const { files, index } = await find(list, at);
    let file = files[Math.max(0, index)];
    const isLost = at !== undefined && index < 0 && file !== undefined;
    if (file !== undefined && (at === undefined || isLost)) at = startOf(file);
    let size = file && await reader.size(file);
    if (file !== undefined && size === undefined) continue; // renamed meanwhile
    const newer = files.slice(Math.max(0, index) + 1);
    let leftOutBytes: number | undefined = isLost ? 0 : undefined;
    if (file !== undefined && at !== undefined && follows) {
      const sizes = await Promise.all(newer.map((it) => reader.size(it)));
      const behind = Math.max(0, (size ?? 0) - at.byte) +
        sizes.reduce<number>((sum, it) => sum + (it ?? 0), 0);
      const last = newer.at(-1) ?? file;
      const lastSize = newer.length === 0 ? size ?? 0 : sizes.at(-1) ?? 0;
      if (behind > MAX_BEHIND_BYTES) {
        const byte = Math.max(last === file ? at.byte : 0, lastSize - CHUNK_BYTES);
        leftOutBytes = behind - (lastSize - byte);
        [file, size, at] = [last, lastSize, { ...startOf(last), byte }];
      }
    }
    if (file !== undefined && at !== undefined && (size ?? 0) > at.byte) {
      const chunk = await chunkAfter(reader, file, at.byte, leftOutBytes !== undefined && at.byte > 0);
      if (chunk === undefined) continue; // renamed meanwhile
      if (chunk.toByte > at.byte) {
        const lines = joinPieces(chunk.pieces, placeIn(file));
        const [first] = lines;
        const isNext = leftOutBytes === undefined && open !== undefined && first?.stream === open.stream;
        if (open && first && isNext) lines[0] = joined(open, first);
        else if (open) lines.unshift(open);
        open = lines.at(-1)?.isOpen ? lines.pop() : undefined;
        at = { ...at, byte: chunk.toByte };
        const left = leftOutBytes === undefined ? {} : { leftOutBytes };
        yield { ...batchOf(lines, [], chunk.readBytes), ...left };
        continue;
      }
    }
    const [next] = newer;
    if (next !== undefined && file !== undefined) {
      // Its size was asked for after the next one was written to, so what was written to this one is all read.
      at = startOf(next);
      continue;
    }
    if (!follows) break;
    await clock.sleep(POLL_MS, signal).catch(() => {}); // rejects at the end
  }
  if (open && !signal.aborted) yield batchOf([open], [], 0);
}

/** The files, and which of them a place is in. What is renamed while they are listed is missing for a moment. */
async function find(
  list: () => Promise<KnownFile[]>,
  at: Place | undefined,
): Promise<{ files: KnownFile[]; index: number }> {
  for (let tries = 1;; tries++) {
    const files = await list();
    const index = at === undefined ? -1 : indexOf(files, at);
    if (index >= 0 || at === undefined || tries === LIST_TRIES) return { files, index };
  }
}

function startOf({ restart, head }: KnownFile): Place {
  return { restart, head, byte: 0 };
}

/** Whole lines from a byte on. `isAmid`: it may stand within a line, of which the rest is passed over. */
async function chunkAfter(reader: LogFileReader, file: KnownFile, fromByte: number, isAmid: boolean): Promise<
  { pieces: CriLine[]; fromByte: number; toByte: number; readBytes: number } | undefined
> {
  const bytes = await reader.read(file, fromByte, CHUNK_BYTES);
  if (bytes === undefined) return undefined;
  const start = isAmid ? bytes.indexOf(NEWLINE) + 1 : 0;
  const pieces = parseCriLines(bytes.subarray(start), fromByte + start);
  const last = pieces.at(-1)?.toByte;
  if (last !== undefined) {
    return { pieces, fromByte: fromByte + start, toByte: last, readBytes: bytes.length };
  }
  if (bytes.length < CHUNK_BYTES) {
    return { pieces, fromByte, toByte: fromByte, readBytes: bytes.length }; // its end is yet to come
  }
  // One line that is longer than what is read at once: the rest of it is passed over.
  const line = parseCriLines(new Uint8Array([...bytes.subarray(0, CHUNK_BYTES / 2), NEWLINE]), fromByte);
  const toByte = fromByte + bytes.length;
  return { pieces: line.map((it) => ({ ...it, toByte })), fromByte, toByte, readBytes: bytes.length };
}

function placeIn({ restart, head }: KnownFile): (byte: number) => string {
  return (byte) => `${restart}.${head}.${byte}`;
}

function parsePlace(text: string): Place | undefined {
  const [, restart, head, byte] = /^(\d{1,6})\.(\d{23})\.(\d{1,15})$/.exec(text) ?? [];
  return head === undefined ? undefined : { restart: Number(restart), head, byte: Number(byte) };
}

function indexOf(files: readonly KnownFile[], { restart, head }: Place): number {
  return files.findIndex((it) => it.restart === restart && it.head === head);
}
