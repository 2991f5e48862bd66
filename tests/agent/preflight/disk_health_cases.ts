import type { FakeHost } from "../../fakes/fake_host.ts";
import type { CheckCase } from "./check_case.ts";

/** As smartctl 7.3 says it of a disk that tells nothing. */
const NOTHING = {
  smartctl: {
    messages: [{ string: "/dev/vda: Unable to detect device type", severity: "error" }],
    exit_status: 1,
  },
};
/** As smartctl's JSON names it (ataprint.cpp, nvmeprint.cpp). */
const NVME = {
  smart_status: { passed: true, nvme: { value: 0 } },
  nvme_smart_health_information_log: { critical_warning: 0, percentage_used: 3, available_spare: 100 },
};

/** Every way the disks can tell of their health. */
export const DISK_HEALTH_CASES: readonly CheckCase[] = [
  {
    id: "disk.smart",
    when: "an NVMe disk is healthy",
    status: "pass",
    found: "nvme0n1: healthy, 3 % worn",
    host: smart("nvme0n1", NVME),
  },
  {
    id: "disk.smart",
    when: "an NVMe disk warns",
    status: "fail",
    found: "nvme0n1 says of itself that it is failing",
    advice: /^Replace the disk before setup; what it says: sudo smartctl --all \/dev\/nvme0n1$/,
    host: smart("nvme0n1", {
      nvme_smart_health_information_log: { critical_warning: 4, percentage_used: 3 },
    }),
  },
  {
    id: "disk.smart",
    when: "an NVMe disk is nearly worn out",
    status: "warn",
    found: "nvme0n1 is worn to 93 %",
    advice: /Plan to replace/,
    host: smart("nvme0n1", {
      ...NVME,
      nvme_smart_health_information_log: { critical_warning: 0, percentage_used: 93 },
    }),
  },
  {
    id: "disk.smart",
    when: "a disk is at the limit",
    status: "pass",
    found: "nvme0n1: healthy, 80 % worn",
    host: smart("nvme0n1", {
      ...NVME,
      nvme_smart_health_information_log: { critical_warning: 0, percentage_used: 80 },
    }),
  },
  {
    id: "disk.smart",
    when: "a disk of SATA fails its own test, whatever its exit code",
    status: "fail",
    found: "sda says of itself that it is failing",
    host: smart("sda", { smart_status: { passed: false } }, 8),
  },
  {
    id: "disk.smart",
    when: "the flash of a disk of SATA is worn",
    status: "warn",
    found: "sda is worn to 88 %",
    host: smart("sda", {
      smart_status: { passed: true },
      ata_smart_attributes: {
        table: [{ name: "Reallocated_Sector_Ct", value: 100 }, { name: "Wear_Leveling_Count", value: 12 }],
      },
    }),
  },
  {
    id: "disk.smart",
    when: "a disk with platters is healthy beside a virtual one",
    status: "pass",
    found: "sda: healthy; vda: tells nothing",
    host: (it) => {
      smart("sda", { smart_status: { passed: true } })(it);
      smart("vda", NOTHING, 1)(it);
    },
  },
  {
    id: "disk.smart",
    when: "an eMMC is young",
    status: "pass",
    found: "mmcblk0: healthy, 10 % worn",
    host: card("0x01 0x01", "0x01"),
  },
  {
    id: "disk.smart",
    when: "an eMMC is old",
    status: "warn",
    found: "mmcblk0 is worn to 90 %",
    host: card("0x02 0x09", "0x02"),
  },
  {
    id: "disk.smart",
    when: "an eMMC has no spare blocks left",
    status: "fail",
    found: "mmcblk0 says of itself that it is failing",
    host: card("0x05 0x05", "0x03"),
  },
  {
    id: "disk.smart",
    when: "the disks are virtual",
    status: "skipped",
    found: /as virtual ones do/,
    host: smart("vda", NOTHING, 1),
  },
  {
    id: "disk.smart",
    when: "the sandbox hides the disks",
    status: "skipped",
    found: /sudo alga-agent preflight$/,
    host: (it) => {
      smart("sda", NOTHING, 1)(it);
      it.others.delete("/dev/sda");
    },
  },
  {
    id: "disk.smart",
    when: "there is no program to ask",
    status: "skipped",
    found: /smartctl, which asks disks for their health, is not on this machine/,
    host: (it) => it.put("/sys/block/sda/size", "1"),
  },
  {
    id: "disk.smart",
    when: "smartctl says something else",
    status: "error",
    found: "smartctl gave an answer for sda that cannot be read",
    host: (it) => {
      it.put("/sys/block/sda/size", "1");
      it.commands.set("smartctl", { stdout: "SMART overall-health: PASSED" });
    },
  },
  {
    id: "disk.smart",
    when: "the disks cannot be listed",
    status: "error",
    found: "/sys/block cannot be read",
    host: (it) => void it.files.delete("/sys/block/loop0/size"),
  },
];

function smart(name: string, said: unknown, code = 0): (host: FakeHost) => void {
  return (host) => {
    host.put(`/sys/block/${name}/size`, "1");
    host.others.add(`/dev/${name}`);
    host.commands.set(`smartctl --json=c --health --attributes --nocheck=standby /dev/${name}`, {
      code,
      stdout: JSON.stringify(said),
    });
  };
}

function card(lifeTime: string, preEol: string): (host: FakeHost) => void {
  return (host) => {
    host.put("/sys/block/mmcblk0/device/life_time", `${lifeTime}\n`);
    host.put("/sys/block/mmcblk0/device/pre_eol_info", `${preEol}\n`);
  };
}
