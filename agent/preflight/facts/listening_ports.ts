import type { Host } from "../../host/host.ts";

/** State of a listening socket in /proc/net/tcp. @see proc(5) */
const LISTEN = "0A";

/** Listening TCP ports with the program that owns each, where that can be seen; `undefined` when nothing can be read. */
export async function readListeningPorts(host: Host): Promise<Map<number, string> | undefined> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((it) => host.readText(it)));
  if (tables[0] === undefined) return undefined;
  const inodes = new Map<string, number>();
  for (const table of tables) {
    for (const line of (table ?? "").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const port = parseInt(fields[1]?.split(":")[1] ?? "", 16);
      if (fields[3] === LISTEN && port > 0) inodes.set(fields[9] ?? "", port);
    }
  }
  const ports = new Map([...inodes.values()].map((port) => [port, ""]));
  if (ports.size > 0) await nameOwners(host, inodes, ports);
  return ports;
}

async function nameOwners(
  host: Host,
  inodes: Map<string, number>,
  ports: Map<number, string>,
): Promise<void> {
  for (const pid of await host.list("/proc") ?? []) {
    if (!/^\d+$/.test(pid)) continue;
    const descriptors = await host.list(`/proc/${pid}/fd`).catch(() => undefined) ?? [];
    for (const descriptor of descriptors) {
      const inode = /^socket:\[(\d+)\]$/.exec(await host.readLink(`/proc/${pid}/fd/${descriptor}`) ?? "")
        ?.[1];
      const port = inode === undefined ? undefined : inodes.get(inode);
      if (port !== undefined) {
        ports.set(port, `${(await host.readText(`/proc/${pid}/comm`))?.trim() ?? "process"}, pid ${pid}`);
      }
    }
  }
}
