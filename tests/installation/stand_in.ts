import assert from "node:assert/strict";
import { until } from "../until.ts";
import { type Machine, TRANSLATED } from "../vm/machine.ts";
import type { ImageKind } from "./image_kind.ts";

/** Longest time of a boot and of an installation, on a translated machine that others use, too. */
export const LONG_SEC = 600;

/** The stand-in's ways: small disks, so that they are quickly compared, and an installer that says what it does. */
export const STAND_IN: ImageKind = {
  diskGib: 6,
  otherGib: 8,
  copyGib: 8,
  hardware: TRANSLATED,
  longSec: LONG_SEC,
  running: /STAND-IN: reads|FAILED/,
  installs,
  /** Without a shutdown, so that images are made of a disk with a journal. */
  async end({ shell }) {
    await shell("sync");
  },
  // A stand-in for ufw writes down what it is told.
  async firewall(system) {
    const conf = await system.readText("/etc/ufw/ufw.conf") ?? "";
    if (!/^ENABLED=yes$/m.test(conf)) return ["the firewall is off"];
    return (await system.readText("/var/log/stand-in-ufw") ?? "").trim().split("\n");
  },
};

async function installs({ says }: Machine): Promise<void> {
  const chosen = await says("the choice of the disk", /STAND-IN: (?:installs on|FAILED)[^\n]*\n/, LONG_SEC);
  assert.match(chosen, /alga: vda has data/);
  assert.match(chosen, /STAND-IN: installs on \/dev\/vdb/);
  await says("the system is copied", /STAND-IN: (?:copied|FAILED)[^\n]*\n/, LONG_SEC);
  const end = await says("the end of the installation", /STAND-IN: (?:done|FAILED)[^\n]*\n/, LONG_SEC);
  assert.match(end, /STAND-IN: done/, end.slice(-2_000));
}

/** From the console with address and token, on the serial line, to a shell there: root has no password. */
export async function logsIn({ shows, type, shell }: Machine): Promise<void> {
  await type("7");
  await shows("a login", /login: ?$/m);
  await type("root\r");
  await shows("a shell", /# ?$/m);
  await type("exec env TERM=dumb PS1='# ' SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 sh\r");
  await shell("stty -echo");
}

/** What only a shell on a machine that started from its disk can tell. */
export async function isWhole({ shell }: Machine): Promise<void> {
  const tty1 = await shell("fold -w 160 /dev/vcs1 | grep -a .");
  assert.ok(tty1.includes("Alga appliance  alga-appliance"), tty1);
  assert.equal((await shell("swapon --noheadings; findmnt -no SOURCE /")).trim(), "/dev/vdb3");
  const states = await shell("systemctl is-enabled alga-appliance ufw; systemctl is-active alga-appliance");
  assert.deepEqual(states.trim().split(/\s+/), ["enabled", "enabled", "active"]);
  await until(
    "no unit has failed",
    () => shell("systemctl --no-legend --plain --failed"),
    (it) => it.trim() === "",
  );
}
