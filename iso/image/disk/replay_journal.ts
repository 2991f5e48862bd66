import { runProgram } from "../../run_program.ts";

/** Where a file system lies within the file of a disk, in bytes. */
export interface Place {
  disk: string;
  offset: number;
  bytes: number;
}

/**
 * Writes to their places what a machine that was switched off without a word has left in the journal of its file system.
 * e2fsprogs 1.47 forgets the offset when it opens a file system again after that ("Bad magic number in super-block"), so this
 * happens in a file of its own beside the disk.
 * @throws {IsoError} If the file system is damaged beyond that.
 */
export async function replayJournal(
  { disk, offset, bytes }: Place,
  env: Record<string, string>,
): Promise<void> {
  const alone = `${disk}.system`;
  const within = [
    `driver=raw,offset=${offset},size=${bytes}`,
    `file.driver=file,file.filename=${disk.replaceAll(",", ",,")}`,
  ].join(",");
  try {
    await runProgram("qemu-img", ["convert", "--image-opts", "-O", "raw", within, alone]);
    // 1: something was put right.
    await runProgram("e2fsck", ["-y", alone], { env, isSuccess: (code) => code <= 1 });
    await runProgram("qemu-img", ["convert", "-n", "-f", "raw", "--target-image-opts", alone, within]);
  } finally {
    await Deno.remove(alone).catch(() => {}); // if it came so far
  }
}
