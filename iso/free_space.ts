import { statfs } from "node:fs/promises";
import { IsoError } from "./iso_error.ts";

/** Bytes that an ordinary user may still write into a folder. */
export async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

/** Refuses to begin what would fill the disk. @throws {IsoError} */
export async function requireSpace(dir: string, bytes: number): Promise<void> {
  const free = await freeBytes(dir);
  if (free >= bytes) return;
  const size = (it: number) => bytes < 1e9 ? `${Math.ceil(it / 1e6)} MB` : `${(it / 1e9).toFixed(1)} GB`;
  throw new IsoError(
    `"${dir}" has ${size(free)} free; this needs ${size(bytes)}`,
    "Make room there, or name another folder",
  );
}
