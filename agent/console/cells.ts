import { printable, printLine } from "../text/printable.ts";

/** What a terminal can show. */
export type Charset = "utf-8" | "ascii";

/** One cell each on every terminal, and in the fonts of the kernel's own console: other letters would move what stands behind. */
const OTHERS = /[^\u0020-\u007e\u00a1-\u052f\u2010-\u2027\u2030-\u205e\u20ac\u2190-\u2193\u2500-\u259f]/gu;
/** What stands for the signs that our own texts use. */
const PLAIN: Readonly<Record<string, string>> = {
  "·": "-",
  "–": "-",
  "—": "-",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "…": "...",
  "→": "->",
  "×": "x",
};

/** A text in which each character is one cell; what cannot be shown is a question mark. */
export function toCells(text: string, charset: Charset): string {
  const shown = printable(text).normalize("NFC").replaceAll(OTHERS, "?");
  if (charset === "utf-8") return shown;
  // Letters lose their marks: "ü" is a "u" with something above it.
  return shown.replaceAll(/[^\u0020-\u007e]/g, (it) => PLAIN[it] ?? it)
    .normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll(/[^\u0020-\u007e]/g, "?");
}

/** Exactly so many cells: cut where it is too long, filled up where it is too short. */
export function fit(text: string, columns: number): string {
  return (text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}>`).padEnd(columns);
}

/** The lines of a text, broken between words, what follows indented by `hang`. */
export function wrap(text: string, columns: number, hang = 0): string[] {
  return printLine(text, hang, { columns }).split("\n");
}

/** Items side by side, on as many lines as they need; none is broken. */
export function rowsOf(items: readonly string[], gap: string, columns: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last === undefined || last.length + gap.length + item.length > columns) lines.push(item);
    else lines[lines.length - 1] = last + gap + item;
  }
  return lines;
}
