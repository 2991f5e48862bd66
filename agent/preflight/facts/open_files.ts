import type { Host } from "../../host/host.ts";

/** What one process has open: a path, or what the kernel says in its place ("socket:[4711]"). */
export interface OpenFile {
  pid: string;
  target: string;
}

/** Everything that every process has open, as far as it may be seen; `undefined` when processes cannot be listed. */
export async function readOpenFiles(host: Host): Promise<OpenFile[] | undefined> {
  const processes = (await host.list("/proc"))?.filter((it) => /^\d+$/.test(it));
  if (processes === undefined) return undefined;
  const found: OpenFile[] = [];
  for (const pid of processes) {
    const descriptors = await host.list(`/proc/${pid}/fd`).catch(() => undefined) ?? [];
    for (const it of descriptors) {
      const target = await host.readLink(`/proc/${pid}/fd/${it}`);
      if (target !== undefined) found.push({ pid, target });
    }
  }
  return found;
}
