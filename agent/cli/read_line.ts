/** Longest line that is read; what follows stays unread. */
const MAX_LINE_BYTES = 1_000;

/** One line without its end; what there was at the end of the input, `undefined` when there is nothing more. */
export async function readLine(
  from: { read(into: Uint8Array): Promise<number | null> },
): Promise<string | undefined> {
  const bytes: number[] = [];
  const one = new Uint8Array(1); // what comes after the line is not ours
  while (bytes.length < MAX_LINE_BYTES) {
    const count = await from.read(one);
    if (count === null && bytes.length === 0) return undefined;
    if (count === null || one[0] === 0x0a) break;
    if (count > 0) bytes.push(one[0] ?? 0);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
