import { runProgram } from "./run_program.ts";

/** Volume id of our images. */
export const VOLUME_ID = "ALGAPSA_INSTALL";

/** What {@link remaster} puts on top of which image. */
export interface Remaster {
  base: string;
  output: string;
  /** Path on the image → file or folder of this machine. */
  files: ReadonlyMap<string, string>;
  /** Every time on the image, so that the same inputs give the same bytes. */
  builtAt: Date;
  /** Share of the image that is written, 0 to 100. */
  onPercent: (percent: number) => void;
}

/**
 * Writes a new image from the base's files and ours. The boot structures are played again as the base has them (MBR, GPT, El
 * Torito, EFI partition), so it starts as the base does, in all four ways.
 * @throws {IsoError} If xorriso fails.
 */
export async function remaster({ base, output, files, builtAt, onPercent }: Remaster): Promise<void> {
  const epochSec = Math.floor(builtAt.getTime() / 1000);
  const perFile = (...command: string[]) => [...command, ...files.keys(), "--"];
  await runProgram("xorriso", [
    ...["-no_rc", "-abort_on", "FAILURE", "-return_with", "FAILURE", "32"],
    ...["-indev", `stdio:${base}`, "-outdev", `stdio:${output}`, "-volid", VOLUME_ID],
    ...["-overwrite", "on", ...[...files].flatMap(([path, from]) => ["-map", from, path])],
    ...perFile("-chown", "0"),
    ...perFile("-chgrp", "0"),
    ...perFile("-chmod", "0644"),
    // Folders that came about on the way have the builder's owner and umask.
    ...["-chown_r", "0", "/alga", "--", "-chgrp_r", "0", "/alga", "--"],
    ...["-find", "/alga", "-type", "d", "-exec", "chmod", "0755", "--"],
    ...["-alter_date_r", "b", `=${epochSec}`, "/", "--"],
    ...["-volume_date", "all_file_dates", `=${epochSec}`, "-volume_date", "uuid", stamp(builtAt)],
    ...["-boot_image", "any", "replay", "-commit"],
  ], {
    env: { SOURCE_DATE_EPOCH: String(epochSec), TZ: "UTC" },
    onLine: (line) => {
      const [, percent] = /Writing:.*?(\d+(?:\.\d+)?)%/.exec(line) ?? [];
      if (percent !== undefined) onPercent(Number(percent));
    },
  });
}

/** A moment as ISO 9660 writes it: YYYYMMDDhhmmsscc. */
function stamp(at: Date): string {
  return `${at.toISOString().replaceAll(/[-:T]|\..*/g, "")}00`;
}
