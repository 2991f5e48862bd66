import { cursor, erase } from "sisteransi";
import type { Frame } from "./frame.ts";

/** Ends what another program may have left: colours, a scrolling region, another character set. */
const RESET = "\x1b[m\x1b[r\x0f";

/** One terminal: knows what stands on it and writes what is other, nothing where nothing is. */
export interface Screen {
  /** The text that makes this frame of what the terminal shows. */
  draw(frame: Frame): string;
  /** The next frame is drawn whole: another program may have written. */
  forget(): void;
}

/** A terminal of which nothing is known yet. */
export function createScreen(): Screen {
  let shown: Frame | undefined;
  return {
    draw(frame) {
      const before = shown;
      shown = frame;
      const changes = frame.lines.map((line, row) => changeOf(before?.lines[row] ?? "", line, row)).join("");
      if (before === undefined) return RESET + erase.screen + changes + placeOf(frame);
      const isMoved = before.cursor.column !== frame.cursor.column || before.cursor.row !== frame.cursor.row;
      return changes === "" && !isMoved ? "" : changes + placeOf(frame);
    },
    forget() {
      shown = undefined;
    },
  };
}

/** What makes one line of another: its part between what both begin and end with. Each character is one cell. */
function changeOf(before: string, after: string, row: number): string {
  if (before === after) return "";
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  if (before.length !== after.length) {
    const end = before.length > after.length ? erase.lineEnd : "";
    return at(start, row) + after.slice(start) + end;
  }
  let end = after.length;
  while (end > start && before[end - 1] === after[end - 1]) end--;
  return at(start, row) + after.slice(start, end);
}

function placeOf({ cursor: { column, row } }: Frame): string {
  return at(column, row);
}

/** The library takes row 0 for "this row"; upwards a cursor goes no further than the first. */
function at(column: number, row: number): string {
  return row === 0 ? cursor.up(999) + cursor.to(column) : cursor.to(column, row);
}
