import { MAX_LINE_CHARS, type RawLine, toNanoTime } from "./log_line.ts";

/** One line of a container's log file. A longer line of the program comes in pieces of 16 KiB. @see CRI logging format */
export interface CriLine {
  at: string;
  stream: string;
  /** The program's line goes on in the next one. */
  isPartial: boolean;
  text: string;
  /** Where it begins and ends in its file, in bytes. */
  fromByte: number;
  toByte: number;
}

const CRI = /^(\S{20,40}) (stdout|stderr) ([FP](?::\S{0,100})?) /;
const NEWLINE = 10;
const decoder = new TextDecoder();

/** The lines of a piece of a file that begins with a line; what has no end yet is left out. */
export function parseCriLines(bytes: Uint8Array, fromByte: number): CriLine[] {
  const lines: CriLine[] = [];
  let from = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
    // Of a line that containerd was told not to cut the beginning is kept.
    const kept = decoder.decode(bytes.subarray(from, Math.min(end, from + 2 * MAX_LINE_CHARS)));
    lines.push({ ...parseCriLine(kept), fromByte: fromByte + from, toByte: fromByte + end + 1 });
    from = end + 1;
  }
  return lines;
}

/** A line without its newline. What is not in the format is shown as it stands. */
export function parseCriLine(line: string): Pick<CriLine, "at" | "stream" | "isPartial" | "text"> {
  const head = CRI.exec(line);
  const at = head && toNanoTime(head[1] ?? "");
  if (!head || !at) return { at: "", stream: "", isPartial: false, text: line };
  return {
    at,
    stream: head[2] ?? "",
    isPartial: head[3]?.startsWith("P") ?? false,
    text: line.slice(head[0].length),
  };
}

/** A line of the program that is made of pieces. `isOpen`: its last piece says that more follows. */
export interface JoinedLine extends RawLine {
  stream: string;
  isOpen: boolean;
}

/** Lines of the program. `place` names a byte of the file. What is torn between the streams of a container stays in pieces. */
export function joinPieces(pieces: readonly CriLine[], place: (byte: number) => string): JoinedLine[] {
  const lines: JoinedLine[] = [];
  for (const piece of pieces) {
    const line: JoinedLine = {
      at: piece.at,
      text: piece.text,
      before: place(piece.fromByte),
      after: place(piece.toByte),
      stream: piece.stream,
      isOpen: piece.isPartial,
    };
    const last = lines.at(-1);
    if (last?.isOpen && last.stream === piece.stream) lines[lines.length - 1] = joined(last, line);
    else lines.push(line);
  }
  return lines;
}

/** Two pieces that follow each other; what is too long is cut, and said to be. */
export function joined(first: JoinedLine, second: JoinedLine): JoinedLine {
  const room = MAX_LINE_CHARS - first.text.length;
  const cutBytes = (first.cutBytes ?? 0) + (second.cutBytes ?? 0) + Math.max(0, second.text.length - room);
  return {
    ...second,
    at: first.at,
    text: room > 0 ? first.text + second.text.slice(0, room) : first.text,
    before: first.before,
    ...(cutBytes > 0 ? { cutBytes } : {}),
  };
}
