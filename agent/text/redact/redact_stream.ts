import type { FileRedaction } from "./redaction.ts";

/** A longer line is cut, and said to be: no log is read at that length. */
const MAX_LINE_CHARS = 128 * 1024;
/** A secret that the cut goes through must not stay in half: written forms of known ones are shorter than this. */
const CUT_BACK_CHARS = 8 * 1024;
const PIECE_CHARS = 4 * 1024;
const BINARY_LOOK_CHARS = 8 * 1024;

/** A file that is not text is left out: what cannot be read cannot be redacted. */
export class BinaryFileError extends Error {
  override readonly name = "BinaryFileError";
  constructor() {
    super("It is not text");
  }
}

/**
 * Bytes of any origin, line by line without secrets. A line is redacted as a whole, wherever the pieces end that it comes in. Of
 * what `isBroken` tells to have broken off the last line is dropped: half of it may be half a secret.
 * @throws {BinaryFileError} before anything of such a file has been given.
 */
export async function* redactStream(
  chunks: AsyncIterable<Uint8Array | string>,
  file: FileRedaction,
  { isBroken = () => false }: { isBroken?: () => boolean } = {},
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  let isCut = false;
  let isFirst = true;
  for await (const chunk of chunks) {
    // A power cut leaves holes of zeros; without its zeros UTF-16 is text that can be looked at.
    const text = (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })).replaceAll(
      "\0",
      "",
    );
    if (isFirst && isBinary(text)) throw new BinaryFileError();
    isFirst = false;
    // A little at a time: whoever takes it lets others have their turn in between.
    for (let from = 0; from < text.length; from += PIECE_CHARS) {
      const { out, left, cut } = redactLines(text.slice(from, from + PIECE_CHARS), rest, isCut, file);
      rest = left;
      isCut = cut;
      if (out !== "") yield out;
    }
  }
  const last = rest + decoder.decode();
  if (last !== "" && !isCut && !isBroken()) yield file.line(last);
}

function redactLines(
  text: string,
  rest: string,
  isCut: boolean,
  file: FileRedaction,
): { out: string; left: string; cut: boolean } {
  let out = "";
  let from = 0;
  let head = rest;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
    if (isCut) isCut = false;
    else out += whole(head + text.slice(from, end), file);
    head = "";
    from = end + 1;
  }
  if (isCut) return { out, left: "", cut: true };
  const left = head + text.slice(from);
  if (left.length <= MAX_LINE_CHARS) return { out, left, cut: false };
  return { out: out + whole(left, file), left: "", cut: true };
}

function whole(line: string, file: FileRedaction): string {
  if (line.length <= MAX_LINE_CHARS) return `${file.line(line.endsWith("\r") ? line.slice(0, -1) : line)}\n`;
  // Counted from its end: what is redacted before may be shorter or longer than it was.
  return `${file.line(line.slice(0, MAX_LINE_CHARS)).slice(0, -CUT_BACK_CHARS)} [this line was cut]\n`;
}

/** Whether so much of a beginning is not text that it is something else. */
function isBinary(text: string): boolean {
  const strange =
    // deno-lint-ignore no-control-regex -- control characters are what is counted
    text.slice(0, BINARY_LOOK_CHARS).match(/[\ufffd\u0001-\u0008\u000e-\u001a\u001c-\u001f]/g)?.length ?? 0;
  return strange > 8 && strange > Math.min(text.length, BINARY_LOOK_CHARS) / 10;
}
