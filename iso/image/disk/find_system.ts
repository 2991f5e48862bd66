import * as z from "zod";
import { IsoError, MissingProgramError } from "../../iso_error.ts";
import { runProgram } from "../../run_program.ts";
import { readSuperblock, type Superblock } from "./superblock.ts";

/** Where the installed system lies on a disk. */
export interface System {
  /** Of the root file system, in bytes from the disk's beginning. */
  offset: number;
  superblock: Superblock;
  /** How the disk starts. */
  firmware: "bios" | "efi";
}

const Table = z.object({
  partitiontable: z.object({
    sectorsize: z.int().default(512),
    partitions: z.array(z.object({ node: z.string(), start: z.int(), type: z.string() })).default([]),
  }),
});

const EFI = ["C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "ef"];
const BIOS = "21686148-6449-6E6F-744E-656564454649";

/**
 * Finds the one ext4 file system that an installation of ours makes, beside what the firmware starts from.
 * @throws {IsoError} If the disk has another shape: whatever is not looked into would go out with the image.
 */
export async function findSystem(disk: string): Promise<System> {
  const hint = "Give the disk of a machine that one of our installation images has installed";
  const text = await runProgram("sfdisk", ["--json", disk]).catch((cause) => {
    if (!(cause instanceof IsoError) || cause instanceof MissingProgramError) throw cause;
    throw new IsoError("The disk has no table of partitions", hint, { cause });
  });
  const { partitions, sectorsize } = Table.parse(JSON.parse(text)).partitiontable;
  const found: Omit<System, "firmware">[] = [];
  for (const { node, start, type } of partitions) {
    if (EFI.includes(type) || type === BIOS) continue;
    const offset = start * sectorsize;
    const superblock = await readSuperblock(disk, offset);
    if (superblock === undefined) {
      const name = /\d+$/.exec(node)?.[0] ?? node;
      throw new IsoError(`Partition ${name} of the disk is neither ext4 nor for starting it`, hint);
    }
    found.push({ offset, superblock });
  }
  const [root] = found;
  if (root === undefined || found.length > 1) {
    throw new IsoError(`The disk has ${found.length} ext4 file systems, not one`, hint);
  }
  return { ...root, firmware: partitions.some((it) => EFI.includes(it.type)) ? "efi" : "bios" };
}
