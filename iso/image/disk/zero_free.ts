import { Buffer } from "node:buffer";

/** So much is looked at in one go. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** Where free space lies in the file of a disk. */
export interface FreeSpace {
  offset: number;
  blockBytes: number;
  /** Numbers of blocks, the last of each range included. */
  ranges: readonly [from: number, to: number][];
}

/**
 * Makes free space empty, so that nothing that was deleted goes out with an image and all of it packs to nothing. Only what is not
 * empty is written: holes stay holes. Gives how many bytes were in pieces that were not empty.
 */
export async function zeroFree(
  disk: string,
  { offset, blockBytes, ranges }: FreeSpace,
  onPercent: (percent: number) => void = () => {},
): Promise<number> {
  using file = await Deno.open(disk, { read: true, write: true });
  const zeros = new Uint8Array(PIECE_BYTES);
  const buffer = new Uint8Array(PIECE_BYTES);
  const total = ranges.reduce((sum, [from, to]) => sum + (to - from + 1) * blockBytes, 0);
  let done = 0;
  let wiped = 0;
  for (const [from, to] of ranges) {
    const end = offset + (to + 1) * blockBytes;
    for (let at = offset + from * blockBytes; at < end; at += PIECE_BYTES) {
      const size = Math.min(PIECE_BYTES, end - at);
      const piece = buffer.subarray(0, size);
      await readWhole(file, at, piece);
      if (!isEqual(piece, zeros.subarray(0, size))) {
        await writeWhole(file, at, zeros.subarray(0, size));
        wiped += size;
      }
      done += size;
      onPercent(100 * done / total);
    }
  }
  return wiped;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

async function readWhole(file: Deno.FsFile, at: number, into: Uint8Array): Promise<void> {
  await file.seek(at, Deno.SeekMode.Start);
  for (let got = 0; got < into.length;) {
    const count = await file.read(into.subarray(got));
    if (count === null) throw new RangeError(`The disk ends at ${at + got} bytes, within its file system`);
    got += count;
  }
}

async function writeWhole(file: Deno.FsFile, at: number, bytes: Uint8Array): Promise<void> {
  await file.seek(at, Deno.SeekMode.Start);
  for (let put = 0; put < bytes.length;) put += await file.write(bytes.subarray(put));
}
