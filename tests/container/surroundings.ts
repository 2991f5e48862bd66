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

/** A DHCP server that reads its file again, and a link that was down for a moment. */
const PULL = `kill "$(cat "$1/dhcp.pid")"
: >"$1/leases"
busybox udhcpd -S "$1/dhcp.conf"
ip link set "$2" down
ip link set "$2" up`;

/** Pulls the cable of the container and puts it in again. `there`: what enters its network from here. */
export async function pullCable(
  there: readonly [string, ...string[]],
  dir: string,
  name: string,
): Promise<void> {
  const [program, ...args] = there;
  await run(program, [...args, "sh", "-euc", PULL, "sh", dir, `vb-${name}`]);
}
