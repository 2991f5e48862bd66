import assert from "node:assert/strict";
import { patchBootMenu } from "../../iso/menu/boot_menu.ts";
import { BASE_MENU } from "./stand_in_base.ts";
import { findProgram } from "../cluster/find_program.ts";
import { run } from "../vm/run.ts";

/** Title, kernel line and first line of files of each entry. */
function entries(menu: string): { title: string; linux: string; initrd: string }[] {
  return [...menu.matchAll(/menuentry (["'])(.+?)\1[^{]*\{([^]*?)\n\s*\}/g)].map((
    [, , title = "", body = ""],
  ) => ({
    title,
    linux: /linux\s+(.*)/.exec(body)?.[1]?.trim() ?? "",
    initrd: /initrd\s+(.*)/.exec(body)?.[1]?.trim() ?? "",
  }));
}

Deno.test("the menu installs by default after 5 seconds, over serial, or rescues; the rest of the base's stays", () => {
  const menu = patchBootMenu(BASE_MENU);
  assert.deepEqual(entries(menu).map((it) => it.title), [
    "Start the Alga appliance on this machine's disk",
    "Install the Alga appliance (erases the disk) [i]",
    "The same, with a serial console [s]",
    "Rescue: a shell of the live system, changes nothing [r]",
    "Boot from next volume",
    "UEFI Firmware Settings",
    "Test memory",
  ]);
  const install = "/casper/vmlinuz autoinstall subiquity.autoinstallpath=cdrom/autoinstall.yaml noprompt";
  const serial = "console=tty0 console=ttyS0,115200n8";
  assert.deepEqual(entries(menu).slice(1, 4).map((it) => it.linux), [
    `${install} ---`,
    `${install} ${serial} --- ${serial}`,
    "/casper/vmlinuz systemd.unit=rescue.target ---",
  ]);
  assert.ok(entries(menu).slice(1, 4).every((it) => it.initrd === "/casper/initrd"));
  assert.deepEqual(menu.match(/^set (?:default|timeout)=.*$/gm), ["set default=0", "set timeout=5"]);
  assert.ok(!menu.includes("hwe-vmlinuz"), "no entry starts an installer that asks");
  assert.ok(!menu.includes(";s="), "GRUB ends a statement at a semicolon");
});

Deno.test("an installed disk is started in place of the installation", () => {
  const menu = patchBootMenu(BASE_MENU);
  const search = menu.indexOf(
    "if search --no-floppy --file --set=alga_disk /etc/alga-appliance/booted-from-disk",
  );
  assert.ok(search > 0 && search < menu.indexOf("Install the Alga"));
  assert.match(
    menu.slice(search),
    /^if [^]*?set default=start-disk[^]*?set root=\$alga_disk\n\tconfigfile [^]*?\nfi\n/,
  );
});

Deno.test("where a loopback image lies is kept", () => {
  const base = BASE_MENU.replace("vmlinuz  ---", "vmlinuz  iso-scan/filename=${iso_path} ---");
  assert.equal(patchBootMenu(base).match(/noprompt iso-scan\/filename=\$\{iso_path\}/g)?.length, 2);
});

for (
  const [what, text, reason] of [
    ["without an installer", BASE_MENU.replaceAll("/casper/", "/live/"), /no entry that starts/],
    ["without a menu", "", /no entry that starts/],
    ["whose installer has no initrd", BASE_MENU.replaceAll(/\tinitrd.*\n/g, ""), /no entry that starts/],
    ["that was patched before", patchBootMenu(BASE_MENU), /made into an Alga image before/],
  ] as const
) {
  Deno.test(`a menu ${what} is refused`, () => assert.throws(() => patchBootMenu(text), reason));
}

const hasCheck = await findProgram("grub-script-check") !== undefined;
Deno.test({
  name: `GRUB reads the menu${hasCheck ? "" : " (skipped: no grub-script-check)"}`,
  ignore: !hasCheck,
  async fn() {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(path, patchBootMenu(BASE_MENU));
      await run("grub-script-check", [path]);
      await Deno.writeTextFile(path, patchBootMenu(BASE_MENU).replace("\nfi\n", "\n"));
      await assert.rejects(run("grub-script-check", [path]));
    } finally {
      await Deno.remove(path);
    }
  },
});
