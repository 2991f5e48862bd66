import { withoutHidden } from "./hidden_characters.ts";

/** How text is laid out for one terminal. */
export interface Layout {
  /** Longest line in characters; `undefined` keeps lines whole, so that they can be searched. */
  columns: number | undefined;
  color: boolean;
}

const NARROWEST = 40;

/** One line of data: made harmless for a terminal, broken between words, what follows indented by `hang`. */
export function printLine(text: string, hang: number, { columns }: Pick<Layout, "columns">): string {
  const line = printable(text);
  if (columns === undefined) return line;
  const width = Math.max(columns, NARROWEST);
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const indent = lines.length === 0 ? 0 : hang;
    const space = rest.lastIndexOf(" ", width);
    const end = space > Math.max(hang, indent) ? space : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = " ".repeat(hang) + rest.slice(end).trimStart();
  }
  return [...lines, rest].join("\n");
}

/** Texts quote files, servers and logs; their control characters must not steer the terminal. */
export function printable(text: string): string {
  return withoutHidden(text);
}
