/** Colours that a page knows; it has its own shade of each for light and dark. */
export type AnsiColor = "black" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "white";

/** How a part of a line is written. */
export interface Style {
  color?: AnsiColor;
  bold?: boolean;
  dim?: boolean;
  underline?: boolean;
}

/** A part of a line in one style. */
export interface Run extends Style {
  text: string;
}

const COLORS: readonly AnsiColor[] = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
];

/** CSI sequences, then OSC and other strings, then two-character sequences. @see ECMA-48 §5.4, §5.6 */
const SEQUENCE =
  // deno-lint-ignore no-control-regex -- terminal sequences are what is being read
  /[\u001b]\[([0-9;:?<=>]{0,64})[ -/]{0,8}([@-~])|[\u001b][\]PX^_][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\|$)|[\u001b][ -/]{0,4}[0-~]/g;

/** A line as a terminal shows it: colours are kept, everything else that steers is dropped. Linear in its length. */
export function parseAnsi(line: string): Run[] {
  if (!line.includes("\u001b")) return [{ text: line }];
  const runs: Run[] = [];
  let style: Style = {};
  let from = 0;
  const add = (text: string) => {
    if (text !== "") runs.push({ text, ...style });
  };
  for (const found of line.matchAll(SEQUENCE)) {
    add(line.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[2] === "m") style = styled(style, found[1] ?? "");
  }
  add(line.slice(from));
  return runs.length === 0 ? [{ text: "" }] : runs;
}

/** The same without any style. */
export function withoutAnsi(line: string): string {
  return line.includes("\u001b") ? parseAnsi(line).map((it) => it.text).join("") : line;
}

/** What "select graphic rendition" makes of a style. Grounds are passed over: a page's own is what its colours are made for. */
function styled(before: Style, parameters: string): Style {
  let style = { ...before };
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 4) style.underline = true;
    else if (code === 22) delete style.bold, delete style.dim;
    else if (code === 24) delete style.underline;
    else if (code === 39) delete style.color;
    else if (code >= 30 && code <= 37) setColor(style, code - 30);
    else if (code >= 90 && code <= 97) setColor(style, code - 90);
    else if (code === 38 || code === 48) {
      const isIndexed = codes[i + 1] === 5;
      const index = codes[i + 2] ?? 0;
      if (code === 38 && isIndexed && index < 16) setColor(style, index % 8);
      else if (code === 38) delete style.color; // one of many: shown in the ink of the page
      i += isIndexed ? 2 : 4;
    }
  }
  return style;
}

function setColor(style: Style, index: number): void {
  const color = COLORS[index];
  if (color !== undefined) style.color = color;
}
