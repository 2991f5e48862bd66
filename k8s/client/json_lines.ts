import { readChunks } from "../../agent/read_chunks.ts";

/** What is done about lines that are long. */
export interface LongLines {
  /** A line of more ends the stream with what `tooLong` gives. */
  maxBytes: number;
  tooLong: () => Error;
  /** A line of more waits for `onLarge`, which may give room for `maxBytes`; `end` is called when the line is over. */
  largeBytes?: number;
  onLarge?: () => Promise<{ room?: Uint8Array; end(): void }>;
  /** Ends the reading; its reason is thrown. */
  signal?: AbortSignal;
}

const NEWLINE = 10;
const DECODER = new TextDecoder();

/**
 * Values of a newline-delimited JSON stream, however its chunks are cut. No more than one line and one chunk are held, and
 * as bytes: text that grows with each chunk would be garbage faster than it is collected.
 * @throws {SyntaxError} For a line that is not JSON, or a stream that ends within one.
 * @throws What `tooLong` gives, for a line of more than `maxBytes`; what `onLarge` throws.
 */
export async function* readJsonLines(
  body: ReadableStream<Uint8Array>,
  { maxBytes, tooLong, largeBytes = Infinity, onLarge, signal }: LongLines,
): AsyncGenerator<unknown> {
  const own = new Uint8Array(Math.min(largeBytes, maxBytes, 64 * 1024));
  let line: Uint8Array = own;
  let length = 0;
  let turn: { room?: Uint8Array; end(): void } | undefined;
  const add = async (bytes: Uint8Array) => {
    const total = length + bytes.length;
    if (total > maxBytes) throw tooLong();
    if (total > largeBytes) turn ??= await onLarge?.();
    if (total > line.length) {
      const larger = turn?.room ?? new Uint8Array(Math.min(Math.max(total, 2 * line.length), maxBytes));
      larger.set(line.subarray(0, length));
      line = larger;
    }
    line.set(bytes, length);
    length = total;
  };
  const endLine = () => {
    turn?.end();
    turn = undefined;
    line = own;
    length = 0;
  };
  try {
    for await (const chunk of readChunks(body, signal)) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        await add(chunk.subarray(start, end));
        start = end + 1;
        const text = textOf(line.subarray(0, length));
        endLine();
        if (text !== "") yield JSON.parse(text);
      }
      await add(chunk.subarray(start));
    }
    if (textOf(line.subarray(0, length)) !== "") throw new SyntaxError("The stream ended within a line");
  } finally {
    endLine();
  }
}

function textOf(line: Uint8Array): string {
  return DECODER.decode(line).trim();
}
