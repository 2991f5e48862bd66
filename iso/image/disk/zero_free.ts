import { Buffer } from "node:buffer";
import { readAt, writeAt } from "./file_pieces.ts";

/** So much is looked at in one go. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** Where free space lies in the file of a disk. */
export interface FreeSpace {
  offset: number;
  blockBytes: number;
  /** Numbers of blocks, the last of each range included. */
  ranges: readonly [from: number, to: number][];
}

/** Bytes in all ranges together. */
export function totalBytes({ blockBytes, ranges }: Omit<FreeSpace, "offset">): number {
  return ranges.reduce((sum, [from, to]) => sum + (to - from + 1) * blockBytes, 0);
}

/**
 * Makes free space empty, so that nothing that was deleted goes out with an image and all of it packs to nothing. Only what is not
 * empty is written: holes stay holes.
 */
export async function zeroFree(
  disk: string,
  free: FreeSpace,
  onPercent: (percent: number) => void,
): Promise<void> {
  const { offset, blockBytes, ranges } = free;
  using file = await Deno.open(disk, { read: true, write: true });
  const zeros = new Uint8Array(PIECE_BYTES);
  const buffer = new Uint8Array(PIECE_BYTES);
  const total = totalBytes(free);
  let done = 0;
  for (const [from, to] of ranges) {
    const end = offset + (to + 1) * blockBytes;
    for (let at = offset + from * blockBytes; at < end; at += PIECE_BYTES) {
      const size = Math.min(PIECE_BYTES, end - at);
      const piece = buffer.subarray(0, size);
      const got = await readAt(file, at, piece);
      if (got < size) throw new RangeError(`The disk ends at ${at + got} bytes, within its file system`);
      if (Buffer.compare(piece, zeros.subarray(0, size)) !== 0) {
        await writeAt(file, at, zeros.subarray(0, size));
      }
      done += size;
      onPercent(100 * done / total);
    }
  }
}
