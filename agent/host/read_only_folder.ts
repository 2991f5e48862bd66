import type { Host } from "./host.ts";

/**
 * The first of these folders that lies on a file system which can only be read; `undefined` where none does, or the kernel does
 * not tell. They need not exist. @see proc_pid_mountinfo(5)
 */
export async function readOnlyFolder(host: Host, folders: readonly string[]): Promise<string | undefined> {
  const text = await host.readText("/proc/self/mountinfo").catch(() => undefined);
  if (text === undefined) return undefined;
  const mounts = text.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [target, options] = before.split(" ").slice(4);
    // What the unit closes is read-only for this process; what the disk has become is an option of the file system itself.
    const ofFileSystem = after.split(" ").slice(2).join(" ");
    return target === undefined ? [] : [{ target, options: `${options},${ofFileSystem}`.split(",") }];
  });
  return folders.find((folder) => {
    // Of those one over the other the last one counts.
    const over = mounts.filter((it) => it.target === "/" || `${folder}/`.startsWith(`${it.target}/`));
    const deepest = Math.max(...over.map((it) => it.target.length));
    return over.findLast((it) => it.target.length === deepest)?.options.includes("ro") ?? false;
  });
}
