import * as z from "zod";
import { IsoError, MissingProgramError } from "../../iso_error.ts";
import { runProgram } from "../../run_program.ts";

/** What QEMU says of a disk. */
export interface DiskInfo {
  format: string;
  virtualBytes: number;
  /** What its data take, whatever the format: as a sparse file. */
  dataBytes: number;
}

const Info = z.object({ format: z.string(), "virtual-size": z.int().min(0) });
const Measure = z.object({ required: z.int().min(0) });

/** Looks at a disk of any format that QEMU knows. @throws {IsoError} If it is none. */
export async function diskInfo(disk: string): Promise<DiskInfo> {
  const info = Info.parse(JSON.parse(await onDisk(disk, ["info", "--output=json", disk])));
  const measured = await onDisk(disk, ["measure", "--output=json", "-O", "qcow2", "-f", info.format, disk]);
  return {
    format: info.format,
    virtualBytes: info["virtual-size"],
    dataBytes: Measure.parse(JSON.parse(measured)).required,
  };
}

async function onDisk(disk: string, args: readonly string[]): Promise<string> {
  try {
    return await runProgram("qemu-img", args);
  } catch (cause) {
    if (!(cause instanceof IsoError) || cause instanceof MissingProgramError) throw cause;
    if (/lock/.test(cause.message)) {
      throw new IsoError(`--from-disk: "${disk}" is in use`, "Shut the machine down first", { cause });
    }
    throw new IsoError(`--from-disk: "${disk}" is no disk that QEMU can read`, cause.message, { cause });
  }
}

/** How {@link convertDisk} writes a disk. */
export interface Conversion {
  from: string;
  fromFormat: string;
  to: string;
  toFormat: "raw" | "qcow2" | "vmdk";
  options?: string;
  isCompressed?: boolean;
  onPercent: (percent: number) => void;
}

/** Writes a disk in another format, empty parts as holes; the same disk gives the same bytes. */
export async function convertDisk(it: Conversion): Promise<void> {
  await runProgram("qemu-img", [
    ...["convert", "-p", "-f", it.fromFormat, "-O", it.toFormat],
    ...it.options === undefined ? [] : ["-o", it.options],
    ...it.isCompressed ? ["-c"] : [],
    ...[it.from, it.to],
  ], {
    onOutput: (text) => {
      for (const [, percent] of text.matchAll(/\((\d+(?:\.\d+)?)\/100%\)/g)) it.onPercent(Number(percent));
    },
  });
}
