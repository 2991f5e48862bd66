import Diff from "ansi-diff";
import type { Frame } from "./frame.ts";

/** What of the library is used; it brings no types. */
interface LineDiff {
  update(text: string, options: { moveTo: [column: number, row: number] }): Uint8Array;
}

/** Puts the cursor into the corner and empties the screen, after a reset of what another program may have left. */
const CLEAR = "\x1b[m\x1b[H\x1b[2J";

/** One terminal: knows what stands on it and writes what is other, nothing where nothing is. */
export interface Screen {
  /** The bytes that make this frame of what the terminal shows. */
  draw(frame: Frame): Uint8Array;
  /** The next frame is drawn whole: another program may have written. */
  forget(): void;
}

/** A terminal of this size, of which nothing is known yet. */
export function createScreen({ columns, rows }: { columns: number; rows: number }): Screen {
  const fresh = () => new Diff({ width: columns, height: rows }) as LineDiff;
  let diff = fresh();
  let isKnown = false;
  return {
    draw({ lines, cursor }) {
      const bytes = diff.update(lines.join("\n"), { moveTo: [cursor.column, cursor.row] });
      if (isKnown) return bytes;
      isKnown = true;
      return Uint8Array.from([...new TextEncoder().encode(CLEAR), ...bytes]);
    },
    forget() {
      diff = fresh();
      isKnown = false;
    },
  };
}
