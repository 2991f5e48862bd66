import type { Host } from "../../host/host.ts";
import type { OpenFile } from "./open_files.ts";

/** States of a socket that others can reach in /proc/net: a listening TCP one, an unconnected UDP one. @see proc(5) */
const OPEN_STATE = { tcp: "0A", udp: "07" } as const;

/** Ports that others can reach, with the program that owns each, where that can be seen; `undefined` when nothing can be read. */
export async function readListeningPorts(
  host: Host,
  protocol: "tcp" | "udp",
  openFiles: () => Promise<readonly OpenFile[] | undefined>,
): Promise<Map<number, string> | undefined> {
  const tables = await Promise.all(["", "6"].map((it) => host.readText(`/proc/net/${protocol}${it}`)));
  if (tables[0] === undefined) return undefined;
  const inodes = new Map<string, number>();
  for (const table of tables) {
    for (const line of (table ?? "").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const port = parseInt(fields[1]?.split(":")[1] ?? "", 16);
      if (fields[3] === OPEN_STATE[protocol] && port > 0) inodes.set(fields[9] ?? "", port);
    }
  }
  const ports = new Map([...inodes.values()].map((port) => [port, ""]));
  if (ports.size === 0) return ports;
  for (const { pid, target } of await openFiles() ?? []) {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    const port = inode === undefined ? undefined : inodes.get(inode);
    if (port !== undefined) ports.set(port, `${await programName(host, pid)}, pid ${pid}`);
  }
  return ports;
}

/** What the kernel calls a process; "process" when it has ended. */
export async function programName(host: Host, pid: string): Promise<string> {
  return (await host.readText(`/proc/${pid}/comm`))?.trim() || "process";
}
