import { UPDATE_UNIT } from "../../agent/install/places.ts";
import { debianTree } from "./debian_tree.ts";
import { makeInitrd } from "./initrd.ts";
import { run } from "./run.ts";

/** What QEMU starts. */
export interface Image {
  kernel: string;
  initrd: string;
  disk: string;
}

/** Modules without which the disk cannot be read, and what they need. */
const MODULES = ["virtio_pci", "virtio_blk", "ext4"];

const INIT = `#!/bin/sh
export PATH=/bin
busybox mount -t devtmpfs d /dev; busybox mount -t proc p /proc; busybox mount -t sysfs s /sys
for m in /m/*; do busybox insmod "$m"; done
n=0; while [ ! -b /dev/vda ] && [ $n -lt 200 ]; do busybox usleep 50000; n=$((n+1)); done
busybox mount -t ext4 -o ro /dev/vda /new || exec sh
for d in dev proc sys; do busybox mount --move /$d /new/$d; done
exec busybox switch_root /new /sbin/init
`;

/** A disk with a small Debian in which \`alga-agent install\` has put this program. Root has no password. */
export async function makeImage(program: string, dir: string): Promise<Image> {
  const tree = `${dir}/tree`;
  await Deno.mkdir(tree);
  await run("tar", ["-xf", await debianTree(), "-C", tree]);
  await run(program, ["install", "--root", tree, "--any-system"]);
  const write = (path: string, text: string) => Deno.writeTextFile(tree + path, text);
  await write("/etc/systemd/network/20-dhcp.network", "[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n");
  await Deno.remove(`${tree}/etc/resolv.conf`).catch(() => {}); // as the tree has it
  await Deno.symlink("../run/systemd/resolve/stub-resolv.conf", `${tree}/etc/resolv.conf`);
  await write("/etc/hostname", "appliance-01\n");
  await write("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 appliance-01\n");
  await write("/etc/machine-id", "");
  await write("/etc/locale.conf", "LANG=C.UTF-8\n");
  await write("/etc/default/locale", "LANG=C.UTF-8\n");
  await write("/etc/fstab", "/dev/vda / ext4 defaults 0 1\n");
  await Deno.mkdir(`${tree}/var/log/journal`, { recursive: true });
  const consoles = ["tty1", "ttyS0"].map((it) => `alga-appliance-console@${it}.service`);
  const own = ["alga-appliance.service", UPDATE_UNIT, ...consoles];
  const units = ["systemd-networkd", "systemd-resolved", ...own];
  await run("systemctl", ["--root", tree, "--quiet", "enable", ...units]);
  await run("systemctl", ["--root", tree, "--quiet", "disable", "systemd-networkd-wait-online"]);
  await run("chroot", [tree, "passwd", "--delete", "root"]);

  const boot = [...Deno.readDirSync(`${tree}/boot`)].map((it) => it.name);
  const kernel = `${dir}/vmlinuz`;
  await Deno.copyFile(`${tree}/boot/${boot.find((it) => it.startsWith("vmlinuz-"))}`, kernel);
  const initrd = `${dir}/initrd.img`;
  // Debian's own would take ten seconds longer.
  const folders = ["dev", "proc", "sys", "run", "new"];
  await makeInitrd(initrd, { tree, modules: MODULES, texts: { init: INIT }, folders });
  const disk = `${dir}/disk.raw`;
  await run("mke2fs", ["-q", "-t", "ext4", "-d", tree, disk, "3G"]);
  await Deno.remove(tree, { recursive: true });
  return { kernel, initrd, disk };
}
