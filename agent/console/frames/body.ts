/** The part of a frame between its rules. */
export interface Body {
  lines: readonly string[];
  /** What may be pressed, as it is shown ("1 Set up"). */
  keys: readonly string[];
  /** Where something is typed, in the body. */
  cursor?: { column: number; row: number };
}

/** How much room a body has, and how a text becomes cells. */
export interface Room {
  columns: number;
  rows: number;
  cells(text: string): string;
}

/** A part of lines that are too many, with what is above and below said in their place. */
export function scrolled(
  lines: readonly string[],
  offset: number,
  rows: number,
): { lines: string[]; keys: string[] } {
  if (lines.length <= rows) return { lines: [...lines], keys: [] };
  const first = clampOffset(offset, lines.length, rows);
  return {
    lines: lines.slice(first, first + rows),
    keys: [`Up/Down  lines ${first + 1}-${first + rows} of ${lines.length}`],
  };
}

/** The first line that is shown, however far somebody has scrolled. */
export function clampOffset(offset: number, lines: number, rows: number): number {
  return Math.max(0, Math.min(offset, lines - rows));
}
