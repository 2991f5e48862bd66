import { dirname } from "node:path";
import { findProgram } from "../cluster/find_program.ts";
import { makeStandInBase } from "../iso/stand_in_base.ts";
import { debianTree } from "../vm/debian_tree.ts";
import { run } from "../vm/run.ts";
import { makeInitrd } from "../vm/initrd.ts";
import { CURTIN, FLATTEN, INSTALLER, TARGET_INIT, UFW } from "./installer_script.ts";

/** Begin of the partition in which GRUB lies on the installed disk, in sectors. */
const BIOS_PARTITION = 2048;

/** A stand-in image that installs a small Debian as a stand-in for Ubuntu; its installer is {@link INSTALLER}. */
export async function makeInstallingBase(output: string, dir: string): Promise<void> {
  const tree = `${dir}/tree`;
  await Deno.mkdir(tree);
  await run("tar", ["-xf", await debianTree(), "-C", tree]);
  const kernel = [...Deno.readDirSync(`${tree}/boot`)].find((it) => it.name.startsWith("vmlinuz-"))?.name ??
    "";
  await Deno.rename(`${tree}/boot/${kernel}`, `${dir}/vmlinuz`);
  for (const { name } of [...Deno.readDirSync(`${tree}/boot`)]) await Deno.remove(`${tree}/boot/${name}`);
  await Deno.copyFile(`${dir}/vmlinuz`, `${tree}/boot/vmlinuz`);
  await makeInitrd(`${tree}/boot/initrd`, {
    tree,
    modules: ["virtio_pci", "virtio_blk", "ext4"],
    texts: { init: TARGET_INIT },
    folders: ["dev", "proc", "sys", "run", "new"],
  });
  await prepareTree(tree);
  await makeLoaders(dir);
  await makeInitrd(`${dir}/initrd`, {
    tree,
    modules: [
      "virtio_pci",
      "virtio_blk",
      "virtio_scsi",
      "sr_mod",
      "sd_mod",
      "isofs",
      "loop",
      "squashfs",
      "ext4",
    ],
    texts: { init: INSTALLER, "flatten.awk": FLATTEN, "bin/curtin": CURTIN },
    files: {
      "pre/mbr.bin": `${dir}/mbr.bin`,
      "pre/core.bin": `${dir}/core.bin`,
      "pre/esp.img.gz": `${dir}/esp.img.gz`,
      "etc/mke2fs.conf": "/etc/mke2fs.conf",
    },
    programs: await Promise.all(["sfdisk", "mke2fs", "lsblk", "wipefs"].map(pathOf)),
    folders: ["dev", "proc", "sys", "run", "cdrom", "src", "target", "pre", "etc", "var/log/installer"],
  });
  await removeModules(tree);
  const squashfs = `${dir}/system.squashfs`;
  // A quick level: the best one takes half a minute more for an eighth less.
  const options = ["-comp", "zstd", "-Xcompression-level", "3", "-noappend", "-no-progress", "-quiet"];
  await run("mksquashfs", [tree, squashfs, ...options]);
  await Deno.remove(tree, { recursive: true });
  await makeStandInBase(output, {
    casper: {
      vmlinuz: { file: `${dir}/vmlinuz` },
      initrd: { file: `${dir}/initrd` },
      "ubuntu-server-minimal.squashfs": { file: squashfs },
    },
  });
  await Deno.remove(squashfs);
}

/** Parts of the kernel for what no machine here has: half of what an installation would copy. */
const UNUSED_MODULES: Readonly<Record<string, readonly string[]>> = {
  "": ["sound"],
  "drivers/": ["hid", "iio", "infiniband", "md", "media", "mtd", "platform", "scsi", "staging", "usb"],
  "drivers/gpu/drm/": ["amd", "i915", "nouveau", "radeon"],
  "drivers/net/": ["ethernet", "wan", "wireless"],
  "fs/": ["btrfs", "ceph", "nfs", "nfsd", "ocfs2", "smb", "xfs"],
};

async function removeModules(tree: string): Promise<void> {
  const [version = ""] = [...Deno.readDirSync(`${tree}/lib/modules`)].map((it) => it.name);
  for (const [folder, names] of Object.entries(UNUSED_MODULES)) {
    for (const name of names) {
      const path = `${tree}/lib/modules/${version}/kernel/${folder}${name}`;
      // Not every kernel has each of them.
      await Deno.remove(path, { recursive: true }).catch(() => {});
    }
  }
}

async function prepareTree(tree: string): Promise<void> {
  const write = async (path: string, text: string, mode = 0o644) => {
    await Deno.mkdir(dirname(`${tree}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${tree}/${path}`, text);
    await Deno.chmod(`${tree}/${path}`, mode);
  };
  await Deno.mkdir(`${tree}/boot/grub`, { recursive: true });
  await Deno.mkdir(`${tree}/var/log/journal`, { recursive: true });
  await Deno.remove(`${tree}/etc/resolv.conf`).catch(() => {}); // as the tree has it
  await Deno.symlink("../run/systemd/resolve/stub-resolv.conf", `${tree}/etc/resolv.conf`);
  await write("etc/machine-id", "0123456789abcdef0123456789abcdef\n"); // one that must not stay
  await write("etc/ssh/ssh_host_ed25519_key", "a key that must not stay\n", 0o600);
  await write("usr/sbin/ufw", UFW, 0o755);
  await write("etc/ufw/ufw.conf", "ENABLED=no\n");
  await write(
    "etc/systemd/system/ufw.service",
    "[Unit]\nDescription=Stand-in for ufw\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n",
  );
  // A stand-in for cloud-init's "growpart" and "resizefs", which need Python: systemd grows partition and file system.
  await write("etc/repart.d/50-root.conf", "[Partition]\nType=root\n");
  await run("systemctl", ["--root", tree, "--quiet", "enable", "systemd-networkd", "systemd-resolved"]);
  await run("systemctl", ["--root", tree, "--quiet", "disable", "systemd-networkd-wait-online"]);
  await run("chroot", [tree, "passwd", "--delete", "root"]);
}

/** What the stand-in's installer writes before the file system: GRUB for BIOS by sectors, and an EFI partition. */
async function makeLoaders(dir: string): Promise<void> {
  await Deno.writeTextFile(
    `${dir}/early.cfg`,
    "search --no-floppy --label --set=root alga-root\nset prefix=($root)/boot/grub\nconfigfile ($root)/boot/grub/grub.cfg\n",
  );
  const modules = [
    "part_gpt",
    "ext2",
    "linux",
    "normal",
    "search",
    "search_label",
    "configfile",
    "echo",
    "test",
  ];
  const make = ["-c", `${dir}/early.cfg`, "-p", "/boot/grub"];
  await run("grub-mkimage", ["-O", "i386-pc", ...make, "-o", `${dir}/core.bin`, "biosdisk", ...modules]);
  const efi = `${dir}/bootx64.efi`;
  await run("grub-mkimage", [
    "-O",
    "x86_64-efi",
    ...make,
    "-o",
    efi,
    "fat",
    "efi_gop",
    "all_video",
    ...modules,
  ]);
  // @see GRUB: boot.S and diskboot.S have the sectors of what comes next in these places.
  const boot = await Deno.readFile("/usr/lib/grub/i386-pc/boot.img");
  new DataView(boot.buffer).setBigUint64(0x5c, BigInt(BIOS_PARTITION), true);
  boot.set([0x90, 0x90], 0x66);
  await Deno.writeFile(`${dir}/mbr.bin`, boot.subarray(0, 440));
  const core = await Deno.readFile(`${dir}/core.bin`);
  new DataView(core.buffer).setBigUint64(0x1f4, BigInt(BIOS_PARTITION + 1), true);
  await Deno.writeFile(`${dir}/core.bin`, core);

  const esp = `${dir}/esp.img`;
  await run("truncate", ["--size", "34M", esp]);
  await run("mkfs.vfat", ["-F32", "-n", "ESP", "-i", "0A16A001", esp]);
  await run("mmd", ["-i", esp, "::EFI", "::EFI/BOOT"]);
  await run("mcopy", ["-i", esp, efi, "::EFI/BOOT/BOOTX64.EFI"]);
  await run("gzip", ["-9", "-n", "-f", esp]);
}

async function pathOf(program: string): Promise<string> {
  const path = await findProgram(program);
  if (path === undefined) throw new Error(`no ${program}`);
  return path;
}
