import assert from "node:assert/strict";
import { firewallRules } from "../../iso/payload/firewall.ts";
import { until } from "../until.ts";
import type { Machine } from "../vm/machine.ts";
import type { InstalledDisk } from "./installed_disk.ts";
import { start, type Station } from "./station.ts";

/** Longest time of a boot and of an installation, on a translated machine that others use, too. */
export const LONG_SEC = 600;

/** What no two machines share. */
export interface Identity {
  machineId: string;
  token: string;
}

/** Installs on the empty disk of a machine, which stops where it would start again. Gives that disk, which nothing has started from. */
export async function install(station: Station): Promise<InstalledDisk> {
  await start(station, async (machine) => {
    await choosesSerialEntry(machine);
    await installs(machine);
    await machine.ends();
  }, ["-no-reboot"]);
  return { path: station.disk };
}

/** On the serial line, by the entry's key; pressed until the kernel runs, so it does not matter how slow this machine is. */
export async function choosesSerialEntry({ says, type }: Machine): Promise<void> {
  let isRunning = false;
  const typing = (async () => {
    while (!isRunning) {
      await type("s");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  const said = await says("the installer on the serial line", /STAND-IN: reads|FAILED/, LONG_SEC)
    .finally(() => isRunning = true);
  await typing;
  assert.match(said, /Install the Alga appliance \(erases the disk\)/);
  assert.doesNotMatch(said, /Start the Alga appliance on this machine/, "no disk is installed yet");
}

async function installs({ says }: Machine): Promise<void> {
  const chosen = await says("the choice of the disk", /STAND-IN: (?:installs on|FAILED)[^\n]*\n/, LONG_SEC);
  assert.match(chosen, /alga: vda has data/);
  assert.match(chosen, /STAND-IN: installs on \/dev\/vdb/);
  await says("the system is copied", /STAND-IN: (?:copied|FAILED)[^\n]*\n/, LONG_SEC);
  const end = await says("the end of the installation", /STAND-IN: (?:done|FAILED)[^\n]*\n/, LONG_SEC);
  assert.match(end, /STAND-IN: done/, end.slice(-2_000));
}

/** From the console with address and token, on the serial line, to a shell there. */
export async function logsIn({ shows, type, shell }: Machine): Promise<void> {
  const first = await shows("address and token", /Setup token:[^]*10\.0\.2\.15\/24 {2}DHCP/, LONG_SEC);
  assert.match(first, /^Alga appliance {2}alga-appliance\n/);
  await type("7");
  await shows("a login", /login: ?$/m);
  await type("root\r");
  await shows("a shell", /# ?$/m);
  await type("exec env TERM=dumb PS1='# ' SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 sh\r");
  await shell("stty -echo");
}

/** From the menu of the image, which is still in the drive, to a shell on the serial line. */
export async function startsFromDisk(machine: Machine): Promise<void> {
  const { says, shell } = machine;
  await says("the boot menu offers the disk", /Start the Alga appliance on this machine/, LONG_SEC);
  await logsIn(machine);
  const tty1 = await shell("fold -w 160 /dev/vcs1 | grep -a .");
  assert.ok(tty1.includes("Alga appliance  alga-appliance"), tty1);
  assert.equal((await shell("swapon --noheadings; findmnt -no SOURCE /")).trim(), "/dev/vdb3");
  const rules = (await shell("cat /var/log/stand-in-ufw")).trim().split(/\r?\n/);
  assert.deepEqual(rules, firewallRules({ kind: "none" }));
  const states = await shell("systemctl is-enabled alga-appliance ufw; systemctl is-active alga-appliance");
  assert.deepEqual(states.trim().split(/\s+/), ["enabled", "enabled", "active"]);
  await until(
    "no unit has failed",
    () => shell("systemctl --no-legend --plain --failed"),
    (it) => it.trim() === "",
  );
}

/** By the shell. */
export async function identity({ shell }: Machine): Promise<Identity> {
  const machineId = (await shell("cat /etc/machine-id")).trim();
  assert.match(machineId, /^[0-9a-f]{32}$/);
  const token = (await shell("alga-agent token show 2>/dev/null")).trim();
  assert.ok(token.length > 30, "a token");
  return { machineId, token };
}
