import { readAt } from "./file_pieces.ts";

/** What ext4 says of itself in its superblock. @see https://docs.kernel.org/filesystems/ext4/globals.html#super-block */
export interface Superblock {
  blockBytes: number;
  /** Of the whole file system. */
  bytes: number;
  /** Whether its journal holds what is not at its place yet: the machine was switched off without a word. */
  needsReplay: boolean;
  madeAt: Date;
  /** When it was last written: later than anything on it, and the same for the same disk. */
  writtenAt: Date;
}

const AT = 1024;
const SIZE = 1024;
const MAGIC = 0xef53;
/** Bits of "incompatible features". */
const RECOVER = 0x4;
const WITH_64_BITS = 0x80;

/** Reads the superblock of the file system that begins at an offset in bytes; `undefined` where there is none. */
export async function readSuperblock(disk: string, offset: number): Promise<Superblock | undefined> {
  using file = await Deno.open(disk);
  const bytes = new Uint8Array(SIZE);
  if (await readAt(file, offset + AT, bytes) !== SIZE) return undefined;
  const view = new DataView(bytes.buffer);
  if (view.getUint16(0x38, true) !== MAGIC) return undefined;
  const time = (low: number, high: number) =>
    new Date((view.getUint32(low, true) + view.getUint8(high) * 2 ** 32) * 1000);
  const blockBytes = 1024 << view.getUint32(0x18, true);
  const features = view.getUint32(0x60, true);
  const high = (features & WITH_64_BITS) === 0 ? 0 : view.getUint32(0x150, true);
  return {
    blockBytes,
    bytes: (view.getUint32(0x4, true) + high * 2 ** 32) * blockBytes,
    needsReplay: (features & RECOVER) !== 0,
    madeAt: time(0x108, 0x276),
    writtenAt: time(0x30, 0x274),
  };
}
