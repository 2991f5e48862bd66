import { firewallRules } from "../../../iso/payload/firewall.ts";
import { BUILD } from "../../iso/image/made_up_disk.ts";
import { BuildInfo } from "../../../iso/payload/build_info.ts";
import type { DiskFacts } from "../disk_facts.ts";
import type { Evidence, MachineEvidence } from "./evidence.ts";

const GIB = 1024 ** 3;
const build = BuildInfo.parse(BUILD);
let machines = 0;

/** The disk of a machine that nobody else is. */
function disk(more: Partial<DiskFacts> = {}): DiskFacts {
  const mine = `m${++machines}`;
  return {
    firmware: "bios",
    bytes: 64 * GIB,
    systemBytes: 64 * GIB - 2 * 1024 ** 2,
    isMarked: true,
    buildInfo: JSON.stringify(build, null, 2),
    machineId: `id of ${mine}`,
    hostKeys: { ssh_host_ed25519_key: `key of ${mine}` },
    hasSshServer: true,
    token: `token of ${mine}`,
    state: ["setup-token"],
    swap: [],
    timeZone: "Etc/UTC",
    firewall: firewallRules({ kind: "user", sshKeys: [] }),
    accounts: ["root", "alga"],
    installerLogs: ["subiquity-server-info.log"],
    ...more,
  };
}

function machine(hasCable: boolean): MachineEvidence {
  const started = disk();
  return {
    hasCable,
    installSec: 300,
    menu: "Install the Alga appliance (erases the disk) [i]\nThe same, with a serial console [s]\n",
    isOtherUntouched: true,
    installed: disk({ machineId: "", hostKeys: {}, token: "", state: [] }),
    started,
    said: "Start the Alga appliance on this machine's disk",
    token: started.token,
    health: "ok",
    images: {
      names: ["a.qcow2", "a.ova", "a.raw"],
      asked: ["qcow2", "ova", "raw"],
      problems: [],
      isOfCutDisk: !hasCable,
      copies: [disk(), disk()],
    },
  };
}

/** A run in which every item holds that a program can judge. */
export function goodEvidence(): Evidence {
  return {
    image: { build, problems: [], isProven: true, sha256: "a".repeat(64), again: "a".repeat(64) },
    starts: { "BIOS, CD": "", "BIOS, USB": "", "UEFI, CD": "", "UEFI, USB": "", "UEFI, Secure Boot": "" },
    machines: { BIOS: machine(true), UEFI: machine(false) },
    full: {
      said:
        "This machine has several disks and data on each large one (vda vdb). Nothing was touched. Empty one",
      isUntouched: true,
    },
  };
}
