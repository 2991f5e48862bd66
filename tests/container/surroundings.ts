import { dirname } from "node:path";
import { run } from "../vm/run.ts";

/** Puts files where the container finds them at its first boot. */
export async function layOut(changes: string, files: Readonly<Record<string, string>>): Promise<void> {
  await Deno.mkdir(changes, { recursive: true });
  // The top of an overlay lends its mode and owner to the container's "/".
  await Deno.chmod(changes, 0o755);
  for (const [path, from] of Object.entries(files)) {
    // Below folders that the tree has not, so that none of the tree's changes its owner or mode.
    if (!path.startsWith("/srv/alga/")) throw new Error(`Only /srv/alga/ may be laid out, not ${path}`);
    await Deno.mkdir(changes + dirname(path), { recursive: true });
    await Deno.copyFile(from, changes + path);
  }
}

/** What the network's DHCP server gives: this one address. */
export async function dhcpTells(dir: string, lan: string, address: string): Promise<void> {
  const lines = [
    `start ${address}`,
    `end ${address}`,
    "interface lan",
    `lease_file ${dir}/leases`,
    `pidfile ${dir}/dhcp.pid`,
    "opt subnet 255.255.255.0",
    `opt router ${lan}.1`,
    `opt dns ${lan}.1`,
    "opt lease 3600",
  ];
  await Deno.writeTextFile(`${dir}/leases`, "");
  await Deno.writeTextFile(`${dir}/dhcp.conf`, `${lines.join("\n")}\n`);
}

/** The link is down, and a DHCP server has read its file; the one before has ended and writes nothing any more. */
const UNPLUG = `ip link set "$2" down
server="$(cat "$1/dhcp.pid")"
kill "$server"
while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
: >"$1/leases"
busybox udhcpd -S "$1/dhcp.conf"`;

/**
 * Pulls the cable of the container, and puts it in again once the container has noticed: the kernel tells nobody of a moment.
 * `there`: what enters its network from here.
 */
export async function pullCable(
  there: readonly [string, ...string[]],
  { dir, name, noticed }: { dir: string; name: string; noticed: () => Promise<unknown> },
): Promise<void> {
  const [program, ...args] = there;
  const link = `vb-${name}`;
  await run(program, [...args, "sh", "-euc", UNPLUG, "sh", dir, link]);
  await noticed();
  await run(program, [...args, "ip", "link", "set", link, "up"]);
}
