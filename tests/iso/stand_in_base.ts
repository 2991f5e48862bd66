import { createHash } from "node:crypto";
import { missingPrograms } from "../cluster/missing_programs.ts";
import { filesBelow } from "../../tools/deb/files_below.ts";
import { run } from "../vm/run.ts";

/** Programs that make a stand-in and work on images, with their packages. */
const NEEDED: Readonly<Record<string, string>> = {
  xorriso: "xorriso",
  "grub-mkimage": "grub-common",
  "mkfs.vfat": "dosfstools",
  mcopy: "mtools",
  "dpkg-deb": "dpkg",
  openssl: "openssl",
  sfdisk: "fdisk",
};

/** Why no stand-in image can be made here; `undefined` where one can. */
export async function missingForImages(): Promise<string | undefined> {
  const [missing] = await missingPrograms(NEEDED);
  if (missing !== undefined) return missing;
  for (const [folder, brings] of [["i386-pc", "grub-pc-bin"], ["x86_64-efi", "grub-efi-amd64-bin"]]) {
    const found = await Deno.stat(`/usr/lib/grub/${folder}/linux.mod`).then(() => true, () => false);
    if (!found) return `no GRUB for ${folder} (package ${brings})`;
  }
  return undefined;
}

/** The menu of Ubuntu Server 24.04's image as far as it has a form that the patcher has to know. */
export const BASE_MENU = `set timeout=30

loadfont unicode

set menu_color_normal=white/black
set menu_color_highlight=black/light-gray

menuentry "Try or Install Ubuntu Server" {
	set gfxpayload=keep
	linux	/casper/vmlinuz  ---
	initrd	/casper/initrd
}
menuentry "Ubuntu Server with the HWE kernel" {
	set gfxpayload=keep
	linux	/casper/hwe-vmlinuz  ---
	initrd	/casper/hwe-initrd
}
grub_platform
if [ "$grub_platform" = "efi" ]; then
menuentry 'Boot from next volume' {
	exit 1
}
menuentry 'UEFI Firmware Settings' {
	fwsetup
}
else
menuentry 'Test memory' {
	linux16 /boot/memtest86+x64.bin
}
fi
`;

export const BASE_INFO = 'Ubuntu-Server 24.04.5 LTS "Noble Numbat" - Release amd64 (20260801) (stand-in)';

/** EFI's own type of a partition, and that of the data before it, as xorriso takes them. */
const ESP_TYPE = "28732ac11ff8d211ba4b00a0c93ec93b";
const DATA_TYPE = "a2a0d0ebe5b9334487c068b6b72699c7";
const EPOCH = "1785542400";

/**
 * A stand-in for Ubuntu Server's image: the same layout and boot structures, from Debian's packages. What is in its /casper is
 * the caller's.
 */
export async function makeStandInBase(
  output: string,
  { casper, menu = BASE_MENU, info = BASE_INFO }: {
    /** Name → file of this machine, or its text. */
    casper: Readonly<Record<string, { file: string } | { text: string }>>;
    menu?: string;
    info?: string;
  },
): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "alga-stand-in-" });
  try {
    const tree = `${work}/tree`;
    for (const it of [".disk", "casper", "boot/grub/i386-pc", "EFI/boot"]) {
      await Deno.mkdir(`${tree}/${it}`, { recursive: true });
    }
    await Deno.writeTextFile(`${tree}/.disk/info`, `${info}\n`);
    await Deno.writeTextFile(`${tree}/boot/grub/grub.cfg`, menu);
    const loopback = menu.replaceAll(/(vmlinuz +)---/g, "$1iso-scan/filename=${iso_path} ---");
    await Deno.writeTextFile(`${tree}/boot/grub/loopback.cfg`, loopback);
    for (const [name, it] of Object.entries(casper)) {
      const to = `${tree}/casper/${name}`;
      if ("text" in it) await Deno.writeTextFile(to, it.text);
      else await Deno.link(it.file, to).catch(() => Deno.copyFile(it.file, to));
    }
    await addBootLoaders(work, tree);
    await writeSums(tree);
    await run("env", [
      `SOURCE_DATE_EPOCH=${EPOCH}`,
      ...["xorriso", "-as", "mkisofs", "-quiet", "-V", "Ubuntu-Server 24.04.5 LTS amd64", "-r", "-J"],
      ...[
        "-joliet-long",
        "-iso-level",
        "3",
        "-o",
        output,
        "--grub2-mbr",
        "/usr/lib/grub/i386-pc/boot_hybrid.img",
      ],
      ...["--protective-msdos-label", "-partition_cyl_align", "off", "-partition_offset", "16"],
      ...["--mbr-force-bootable", "-append_partition", "2", ESP_TYPE, `${work}/esp.img`],
      ...["-appended_part_as_gpt", "-iso_mbr_part_type", DATA_TYPE, "-c", "/boot.catalog"],
      ...["-b", "/boot/grub/i386-pc/eltorito.img", "-no-emul-boot", "-boot-load-size", "4"],
      ...["-boot-info-table", "--grub2-boot-info", "-eltorito-alt-boot"],
      ...["-e", "--interval:appended_partition_2:all::", "-no-emul-boot", tree],
    ]);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

const MODULES = ["iso9660", "normal", "search", "configfile", "linux", "part_gpt", "part_msdos"];
const EFI_MODULES = [
  ...MODULES,
  ...[
    "search_fs_file",
    "fat",
    "ext2",
    "efi_gop",
    "all_video",
    "font",
    "gfxterm",
    "echo",
    "test",
    "serial",
    "terminal",
  ],
];

async function addBootLoaders(work: string, tree: string): Promise<void> {
  for await (const { name } of Deno.readDir("/usr/lib/grub/i386-pc")) {
    if (/\.(mod|lst)$/.test(name)) {
      await Deno.copyFile(`/usr/lib/grub/i386-pc/${name}`, `${tree}/boot/grub/i386-pc/${name}`);
    }
  }
  const bios = ["-O", "i386-pc-eltorito", "-p", "/boot/grub", "-o", `${tree}/boot/grub/i386-pc/eltorito.img`];
  await run("grub-mkimage", [...bios, "biosdisk", ...MODULES]);
  await Deno.writeTextFile(
    `${work}/early.cfg`,
    "search --file --set=root /.disk/info\nset prefix=($root)/boot/grub\nconfigfile ($root)/boot/grub/grub.cfg\n",
  );
  const efi = `${tree}/EFI/boot/bootx64.efi`;
  const args = ["-O", "x86_64-efi", "-c", `${work}/early.cfg`, "-p", "/boot/grub", "-o", efi];
  await run("grub-mkimage", [...args, ...EFI_MODULES]);
  const esp = `${work}/esp.img`;
  await run("truncate", ["--size", "5M", esp]);
  await run("mkfs.vfat", ["-n", "ESP", "-i", "0A16A002", esp]);
  await run("mmd", ["-i", esp, "::EFI", "::EFI/boot"]);
  await run("mcopy", ["-i", esp, efi, "::EFI/boot/bootx64.efi"]);
}

/** As Ubuntu has it: all but the list itself and what the boot catalogue changes. */
async function writeSums(tree: string): Promise<void> {
  const lines: string[] = [];
  for (const path of await filesBelow(tree)) {
    if (path === "boot/grub/i386-pc/eltorito.img") continue;
    const sum = createHash("md5").update(await Deno.readFile(`${tree}/${path}`)).digest("hex");
    lines.push(`${sum}  ./${path}\n`);
  }
  await Deno.writeTextFile(`${tree}/md5sum.txt`, lines.join(""));
}
