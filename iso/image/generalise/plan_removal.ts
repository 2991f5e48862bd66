import { type Entry, type Ext4, quote } from "../disk/ext4.ts";
import type { Trace } from "./traces.ts";

/** What goes from a disk. */
export interface Removal {
  /** Commands for debugfs, what is in a folder before the folder. */
  commands: string[];
  /** Every path that goes. */
  paths: string[];
}

/** Looks for the traces on a disk and says how they are removed. */
export async function planRemoval(ext4: Ext4, traces: readonly Trace[]): Promise<Removal> {
  const removal: Removal = { commands: [], paths: [] };
  const gone = new Set<string>();
  const remove = (path: string, kind: Entry["kind"]) => {
    if (gone.has(path)) return;
    gone.add(path);
    removal.paths.push(path);
    removal.commands.push(`${kind === "folder" ? "rmdir" : "rm"} ${quote(path)}`);
  };
  for (const { folder, names = /^/, keepsFolders = false } of traces) {
    const folders = await foldersOf(ext4, folder);
    const found: [string, Entry["kind"]][] = [];
    for (const [where, entries] of await ext4.list(folders)) {
      for (const it of entries) {
        if (names.test(it.name) && it.name !== "lost+found") found.push([`${where}/${it.name}`, it.kind]);
      }
    }
    for (const [path, kind] of await withBelow(ext4, found)) {
      if (!(keepsFolders && kind === "folder")) remove(path, kind);
    }
  }
  return removal;
}

/** The folders that a name with "*" stands for. */
async function foldersOf(ext4: Ext4, pattern: string): Promise<string[]> {
  const star = pattern.indexOf("/*");
  if (star < 0) return [pattern];
  const above = pattern.slice(0, star);
  const entries = (await ext4.list([above])).get(above) ?? [];
  return entries.filter((it) => it.kind === "folder").map((it) =>
    `${above}/${it.name}${pattern.slice(star + 2)}`
  );
}

/** All of these and what is below them, the deepest first. */
async function withBelow(
  ext4: Ext4,
  found: readonly [string, Entry["kind"]][],
): Promise<[string, Entry["kind"]][]> {
  const all = [...found];
  let level = found.filter(([, kind]) => kind === "folder").map(([path]) => path);
  while (level.length > 0) {
    const next: string[] = [];
    for (const [folder, entries] of await ext4.list(level)) {
      for (const { name, kind } of entries) {
        all.push([`${folder}/${name}`, kind]);
        if (kind === "folder") next.push(`${folder}/${name}`);
      }
    }
    level = next;
  }
  return all.reverse();
}
