import { mortalCommand } from "../mortal_command.ts";
import { debianTree } from "./debian_tree.ts";
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
  const units = ["systemd-networkd", "systemd-resolved", "alga-appliance.service", ...consoles];
  await run("systemctl", ["--root", tree, "--quiet", "enable", ...units]);
  await run("systemctl", ["--root", tree, "--quiet", "disable", "systemd-networkd-wait-online"]);
  await run("chroot", [tree, "passwd", "--delete", "root"]);

  const boot = [...Deno.readDirSync(`${tree}/boot`)].map((it) => it.name);
  const kernel = `${dir}/vmlinuz`;
  await Deno.copyFile(`${tree}/boot/${boot.find((it) => it.startsWith("vmlinuz-"))}`, kernel);
  const initrd = await makeInitrd(tree, dir);
  const disk = `${dir}/disk.raw`;
  await run("mke2fs", ["-q", "-t", "ext4", "-d", tree, disk, "3G"]);
  await Deno.remove(tree, { recursive: true });
  return { kernel, initrd, disk };
}

/** A few modules and a busybox: Debian's own would take ten seconds longer. */
async function makeInitrd(tree: string, dir: string): Promise<string> {
  const folder = `${dir}/initrd`;
  for (const it of ["bin", "dev", "proc", "sys", "run", "new", "m"]) {
    await Deno.mkdir(`${folder}/${it}`, { recursive: true });
  }
  await Deno.copyFile("/bin/busybox", `${folder}/bin/busybox`);
  await Deno.symlink("busybox", `${folder}/bin/sh`);
  const [version = ""] = [...Deno.readDirSync(`${tree}/lib/modules`)].map((it) => it.name);
  const args = ["-d", tree, "-S", version, "--show-depends", "-a", ...MODULES];
  const needed = (await run("modprobe", args)).split("\n")
    .flatMap((it) => it.startsWith("insmod ") ? [it.split(/\s+/)[1] ?? ""] : []);
  for (const [i, path] of [...new Set(needed)].entries()) {
    await Deno.copyFile(path, `${folder}/m/${String(i).padStart(2, "0")}.ko`);
  }
  await Deno.writeTextFile(`${folder}/init`, INIT, { mode: 0o755 });
  const names = [".", ...filesBelow(folder)].join("\n");
  const child = mortalCommand("cpio", ["--create", "--format=newc", "--quiet"], {
    cwd: folder,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const [{ code, stdout }] = await Promise.all([child.output(), feed(child.stdin, names)]);
  if (code !== 0) throw new Error(`cpio ended with ${code}`);
  await Deno.writeFile(`${dir}/initrd.img`, stdout);
  return `${dir}/initrd.img`;
}

async function feed(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

/** Names below a folder as cpio(1) wants them, folders before what is in them. */
function filesBelow(folder: string, below = "."): string[] {
  return [...Deno.readDirSync(`${folder}/${below}`)].flatMap((it) => {
    const path = `${below}/${it.name}`;
    return it.isDirectory ? [path, ...filesBelow(folder, path)] : [path];
  });
}
