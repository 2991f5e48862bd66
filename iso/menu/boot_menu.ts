import { AUTOINSTALL_PATH } from "../autoinstall/autoinstall.ts";
import { IsoError } from "../iso_error.ts";
import { INSTALLED_MARK } from "../payload/install_script.ts";

const MARK = "# Made by alga-agent";

/** One entry of GRUB's menu, from its first line to the brace that closes it. */
const ENTRY = /^menuentry [^\n]*\{\n[^]*?\n\}\n/gm;
const INSTALLER = /^[ \t]*linux(?:efi)?[ \t]+(\/casper\/(?:hwe-)?vmlinuz)\b([^\n]*)$/m;
const INITRD = /^[ \t]*initrd(?:efi)?[ \t]+(\/casper\/\S+)[ \t]*$/m;

/** Console of a machine that is reached over its first serial line; behind "---" it stays for the installed system. */
const SERIAL = "console=tty0 console=ttyS0,115200n8";

/**
 * Puts our entries in place of the base's installer entries and keeps everything else of its menu. An installed disk is started
 * instead, where there is one, so a medium that was left in the drive does not install again and again.
 * @throws {IsoError} If there is nothing to replace, or it was replaced before.
 */
export function patchBootMenu(text: string): string {
  const hint = "Give the unchanged image of Ubuntu Server 24.04 for amd64";
  if (text.includes(MARK)) throw new IsoError("The base was made into an Alga image before", hint);
  const entries = [...text.matchAll(ENTRY)].filter((it) => INSTALLER.test(it[0]));
  const first = entries[0]?.[0] ?? "";
  const [, kernel, words = ""] = INSTALLER.exec(first) ?? [];
  const [, initrd] = INITRD.exec(first) ?? [];
  if (kernel === undefined || initrd === undefined) {
    throw new IsoError("The base's boot menu has no entry that starts its installer (/casper/vmlinuz)", hint);
  }
  // Words that are there for every start, such as where a loopback image lies; the rest is ours.
  const kept = words.split(/\s+/).filter((it) => it.startsWith("iso-scan/")).join(" ");
  let isFirst = true;
  const patched = text.replaceAll(ENTRY, (entry) => {
    if (!INSTALLER.test(entry)) return entry;
    const mine = isFirst ? entriesOf({ kernel, initrd, kept }) : "";
    isFirst = false;
    return mine;
  });
  const rest = patched.replaceAll(/^set (?:timeout|default)=[^\n]*\n/gm, "");
  return `${HEAD}${rest}`;
}

/** The serial line shows the menu, too, where there is one. */
const HEAD = `${MARK}. The installation erases a disk; see docs/images.md.
set default=0
set timeout=5
if serial --unit=0 --speed=115200; then
  terminal_input --append serial
  terminal_output --append serial
fi
`;

/** One key for each entry of ours, by its id. */
const HOTKEYS: Readonly<Record<string, string>> = { install: "i", "install-serial": "s", rescue: "r" };

function entriesOf(it: { kernel: string; initrd: string; kept: string }): string {
  // One key starts an entry: easier over a serial line than arrows.
  const start = (title: string, words: string, id: string) =>
    `menuentry "${title}" --id ${id} --hotkey=${HOTKEYS[id]} {
	set gfxpayload=keep
	linux	${it.kernel} ${words}
	initrd	${it.initrd}
}
`;
  const install = ["autoinstall", `subiquity.autoinstallpath=cdrom${AUTOINSTALL_PATH}`, "noprompt", it.kept]
    .filter((word) => word !== "").join(" ");
  const rescue = ["systemd.unit=rescue.target", it.kept].filter((word) => word !== "").join(" ");
  return `if search --no-floppy --file --set=alga_disk ${INSTALLED_MARK}; then
  set default=start-disk
  menuentry "Start the Alga appliance on this machine's disk" --id start-disk {
	set root=$alga_disk
	configfile /boot/grub/grub.cfg
  }
fi
${start("Install the Alga appliance (erases the disk) [i]", `${install} ---`, "install")}${
    start(
      "The same, with a serial console [s]",
      `${install} ${SERIAL} --- ${SERIAL}`,
      "install-serial",
    )
  }${start("Rescue: a shell of the live system, changes nothing [r]", `${rescue} ---`, "rescue")}`;
}
