import { encode } from "uqr";

/** Cells around the code that stay light; cameras need them. */
const BORDER = 2;

/**
 * The QR code of an address as lines of half blocks: light on a dark terminal, so the light squares are drawn. In capitals,
 * which need a smaller code: scheme and host mean the same, and the address has nothing else.
 */
export function qrLines(url: string): string[] {
  const { host, protocol } = new URL(url);
  const { data, size } = encode(`${protocol}//${host}`.toUpperCase(), { ecc: "L", border: BORDER });
  const isLight = (row: number, column: number) => row < size && !data[row]?.[column];
  const lines: string[] = [];
  for (let row = 0; row < size; row += 2) {
    let line = "";
    for (let column = 0; column < size; column++) {
      const [upper, lower] = [isLight(row, column), isLight(row + 1, column)];
      line += upper ? lower ? "█" : "▀" : lower ? "▄" : " ";
    }
    lines.push(line);
  }
  return lines;
}
