/** Reads to the end, or to `maxBytes` of what has none. */
export async function readBounded(
  from: { read(into: Uint8Array): Promise<number | null> },
  maxBytes: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(maxBytes);
  let total = 0;
  while (total < maxBytes) {
    const count = await from.read(bytes.subarray(total));
    if (count === null) break;
    total += count;
  }
  return bytes.subarray(0, total);
}
