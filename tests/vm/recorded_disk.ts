import { findProgram } from "../cluster/find_program.ts";
import { missingPrograms } from "../cluster/missing_programs.ts";
import { mortalCommand } from "../mortal_command.ts";
import { until } from "../until.ts";
import { run } from "./run.ts";

const SIZE = "256M";

/** A file system on a disk of which everything is kept that it was told, in order and with its flushes. */
export interface RecordedDisk {
  /** The disk as it was before the first mount. */
  blank: string;
  log: string;
}

/** Why no disk can be recorded here; `undefined` where one can. */
export async function missingForRecordedDisks(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "only root mounts a disk";
  const [missing] = await missingPrograms({
    "qemu-storage-daemon": "qemu-system-common",
    "mke2fs": "e2fsprogs",
  });
  if (missing !== undefined) return missing;
  for (const path of ["/dev/fuse", "/dev/loop-control"]) {
    if (!await Deno.stat(path).then(() => true, () => false)) return `no ${path}`;
  }
  return await findProgram("losetup") === undefined ? "no losetup (package mount)" : undefined;
}

/** Mounts a new one for the time of `body`, and gives what it was told once it is shut. */
export async function recordDisk(
  dir: string,
  mountPoint: string,
  body: (log: string) => Promise<void>,
): Promise<RecordedDisk> {
  const [disk, blank, log, exported] = ["disk", "blank", "log", "exported"].map((it) =>
    `${dir}/${it}.raw`
  ) as [string, string, string, string];
  await run("mke2fs", ["-q", "-t", "ext4", "-E", "lazy_itable_init=0", disk, SIZE]);
  await run("cp", ["--sparse=always", disk, blank]);
  await Promise.all([log, exported].map((it) => Deno.writeTextFile(it, "")));
  const node = (name: string, path: string) => [
    "--blockdev",
    `driver=file,node-name=${name},filename=${path},cache.no-flush=on`,
  ];
  const recorder = mortalCommand("qemu-storage-daemon", [
    ...node("disk", disk),
    ...node("log-file", log),
    ...["--blockdev", "driver=raw,node-name=log,file=log-file"],
    ...["--blockdev", "driver=blklogwrites,node-name=recorded,file=disk,log=log,log-sector-size=512"],
    ...["--export", `type=fuse,id=export,node-name=recorded,mountpoint=${exported},writable=on`],
  ], { stdout: "null", stderr: "inherit" }).spawn();
  try {
    const { size } = await Deno.stat(disk);
    await until("the disk is there", () => Deno.stat(exported), (it) => it.size === size);
    await withMounted(exported, mountPoint, () => body(log));
  } finally {
    recorder.kill("SIGTERM"); // it writes how long the log is
    await recorder.status;
  }
  return { blank, log };
}

/** A disk's files, below a folder, for the time of `body`. */
export async function withMounted<T>(disk: string, mountPoint: string, body: () => Promise<T>): Promise<T> {
  await run("mount", ["-t", "ext4", "-o", "loop", disk, mountPoint]);
  try {
    return await body();
  } finally {
    // Somebody who looks at a file at this moment is through soon.
    await until("nobody uses the disk", () => run("umount", [mountPoint]).then(() => true), (it) => it);
  }
}
