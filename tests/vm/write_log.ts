import { run } from "./run.ts";

/** Format of Linux' dm-log-writes, as QEMU's driver blklogwrites keeps it; numbers are little-endian. */
const MAGIC = 0x6a736677736872n;
const FLUSH = 1n;
const DISCARD = 4n;

/** One thing that a disk was told, in the order in which it was told. */
export interface DiskWrite {
  /** Everything that was told before is to be safe from a cut once this is answered. */
  isFlush: boolean;
  /** Where on the disk, where in the log, how long; in bytes. Nothing for a flush, and for what was only given up. */
  at: number;
  logAt: number;
  length: number;
}

/** How much a disk has been told so far: at least up to the last flush that it answered. */
export async function writesSoFar(log: string): Promise<number> {
  return (await readHead(log)).count;
}

/** Everything that was told, once whoever kept the log has ended. */
export async function readWrites(log: string): Promise<DiskWrite[]> {
  const { count, sectorBytes } = await readHead(log);
  const writes: DiskWrite[] = [];
  using file = await Deno.open(log);
  let at = sectorBytes;
  for (let i = 0; i < count; i++, at += sectorBytes) {
    const entry = await readAt(file, at, 32);
    const [sector, sectors, flags] = [0, 8, 16].map((it) => entry.getBigUint64(it, true));
    if (sector === undefined || sectors === undefined || flags === undefined) {
      throw new RangeError("no entry");
    }
    const length = (flags & DISCARD) !== 0n ? 0 : Number(sectors) * sectorBytes;
    const isFlush = (flags & FLUSH) !== 0n;
    writes.push({ isFlush, at: Number(sector) * sectorBytes, logAt: at + sectorBytes, length });
    at += length;
  }
  return writes;
}

/**
 * The disk as a cut leaves it: everything before the last flush, and of what was told after it only what `isKept`. A disk
 * with a cache of its own may write that in any order, and loses the rest.
 */
export async function diskAfterCut(
  { blank, log, writes }: { blank: string; log: string; writes: readonly DiskWrite[] },
  cutAt: number,
  disk: string,
  isKept: () => boolean,
): Promise<void> {
  await run("cp", ["--sparse=always", blank, disk]);
  const told = writes.slice(0, cutAt);
  const flushed = told.findLastIndex((it) => it.isFlush);
  using from = await Deno.open(log);
  using to = await Deno.open(disk, { write: true });
  for (const [i, it] of told.entries()) {
    if (it.length === 0 || (i > flushed && !isKept())) continue;
    const bytes = await readAt(from, it.logAt, it.length);
    await to.seek(it.at, Deno.SeekMode.Start);
    for (let written = 0; written < it.length;) {
      written += await to.write(new Uint8Array(bytes.buffer, written));
    }
  }
}

async function readHead(log: string): Promise<{ count: number; sectorBytes: number }> {
  using file = await Deno.open(log);
  const head = await readAt(file, 0, 28);
  if (head.getBigUint64(0, true) !== MAGIC) throw new TypeError(`"${log}" is no log of writes`);
  return { count: Number(head.getBigUint64(16, true)), sectorBytes: head.getUint32(24, true) };
}

async function readAt(file: Deno.FsFile, at: number, length: number): Promise<DataView<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await file.seek(at, Deno.SeekMode.Start);
  for (let read = 0; read < length;) {
    const more = await file.read(bytes.subarray(read));
    if (more === null) throw new RangeError(`The log of writes ends before byte ${at + length}`);
    read += more;
  }
  return new DataView(bytes.buffer);
}
