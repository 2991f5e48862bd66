import type { FakeHost } from "../../fakes/fake_host.ts";
import { type CheckCase, CPU_FLAGS, servicesAnswer } from "./check_case.ts";

/** Every way the checks of what the hypervisor gives, and of what else runs on the machine, can end. */
export const SYSTEM_CASES: readonly CheckCase[] = [
  { id: "hw.virt", when: "KVM runs it", status: "pass", found: "KVM" },
  { id: "hw.virt", when: "nothing runs it", status: "pass", found: "no hypervisor", host: virt("none", 1) },
  {
    id: "hw.virt",
    when: "it is a container of Proxmox",
    status: "fail",
    found: "a container (lxc) that shares the kernel of its host",
    advice: /"Create VM", not "Create CT"/,
    host: virt("lxc"),
  },
  {
    id: "hw.virt",
    when: "it is another container",
    status: "fail",
    found: /systemd-nspawn/,
    host: virt("systemd-nspawn"),
  },
  {
    id: "hw.virt",
    when: "every instruction is emulated",
    status: "warn",
    found: /without hardware virtualization/,
    advice: /VT-x or AMD-V/,
    host: virt("qemu"),
  },
  {
    id: "hw.virt",
    when: "the hypervisor is a new one",
    status: "warn",
    found: "a hypervisor that this agent does not know (novum)",
    host: virt("novum"),
  },
  {
    id: "hw.virt",
    when: "its name is one that every object has",
    status: "warn",
    found: /does not know \(constructor\)/,
    host: virt("constructor"),
  },
  { id: "hw.virt", when: "nothing is said", status: "error", found: /says nothing/, host: virt("") },
  {
    id: "hw.virt",
    when: "the program is missing",
    status: "error",
    found: /Cannot find the program/,
    host: (it) => void it.commands.delete("systemd-detect-virt"),
  },
  { id: "hw.cpu-features", when: "all are there", status: "pass", found: "x86-64-v2 or newer" },
  {
    id: "hw.cpu-features",
    when: "the hypervisor shows an old type",
    status: "fail",
    found: /without popcnt, sse4_2;/,
    advice: /qm set VMID --cpu host/,
    host: flags(CPU_FLAGS.replace(" popcnt", "").replace(" sse4_2", "")),
  },
  {
    id: "hw.cpu-features",
    when: "only the fast ones are hidden",
    status: "warn",
    found: "without aes, avx2: encryption and database are slower",
    host: flags(CPU_FLAGS.replace(" aes", "").replace(" avx2", "")),
  },
  {
    id: "hw.cpu-features",
    when: "none are named",
    status: "error",
    found: "/proc/cpuinfo names no features",
    host: (it) => it.put("/proc/cpuinfo", "processor\t: 0\n"),
  },
  { id: "hw.swap", when: "there is none", status: "pass", found: "off" },
  {
    id: "hw.swap",
    when: "a file is in use",
    status: "warn",
    found: "on: /swap.img",
    advice: /swapoff -a/,
    host: (it) => it.put("/proc/swaps", "Filename Type Size Used Priority\n/swap.img file 4194300 0 -2\n"),
  },
  {
    id: "hw.swap",
    when: "the kernel does not tell",
    status: "error",
    found: "/proc/swaps cannot be read",
    host: (it) => void it.files.delete("/proc/swaps"),
  },
  {
    id: "os.pkg-lock",
    when: "nobody holds it",
    status: "pass",
    found: "nobody does",
    host: process("12", "sshd"),
  },
  {
    id: "os.pkg-lock",
    when: "a minute ago somebody began",
    status: "warn",
    found: "apt-get (pid 812) holds /var/lib/dpkg/lock-frontend, for 60 s",
    advice: /Wait until it has ended/,
    host: process("812", "apt-get", { target: "/var/lib/dpkg/lock-frontend", startedSec: 7140 }),
  },
  {
    id: "os.pkg-lock",
    when: "it hangs, with a name that has brackets",
    status: "fail",
    found: "apt) S (x (pid 812) holds /var/lib/apt/lists/lock, for 20 min",
    advice: /ps -fp 812.*dpkg --configure -a/,
    host: process("812", "apt) S (x", { target: "/var/lib/apt/lists/lock", startedSec: 6000 }),
  },
  {
    id: "os.pkg-lock",
    when: "it cannot be seen how long",
    status: "warn",
    found: "dpkg (pid 812) holds /var/lib/dpkg/lock",
    host: (it) => {
      process("812", "dpkg", { target: "/var/lib/dpkg/lock", startedSec: 6000 })(it);
      it.files.delete("/proc/812/stat");
    },
  },
  {
    id: "os.pkg-lock",
    when: "processes cannot be listed",
    status: "error",
    found: "/proc cannot be read",
    host: (it) => {
      const list = it.list.bind(it);
      it.list = (path) => path === "/proc" ? Promise.resolve(undefined) : list(path);
    },
  },
  { id: "os.reboot-required", when: "nothing waits", status: "pass", found: "none" },
  {
    id: "os.reboot-required",
    when: "a kernel waits",
    status: "warn",
    found: "a restart is needed for linux-image-generic, libc6",
    advice: /reboot/,
    host: (it) => {
      it.put("/run/reboot-required", "*** System restart required ***\n");
      it.put("/run/reboot-required.pkgs", "linux-image-generic\nlibc6\nlibc6\n");
    },
  },
  {
    id: "os.reboot-required",
    when: "it is not known for what",
    status: "warn",
    found: "an update waits for a restart",
    host: (it) => it.put("/run/reboot-required", ""),
  },
  {
    id: "os.reboot-required",
    when: "there is no /run",
    status: "error",
    found: "/run does not exist",
    host: (it) =>
      void [...it.files.keys()].filter((p) => p.startsWith("/run/")).forEach((p) => it.files.delete(p)),
  },
  { id: "os.failed-units", when: "all run", status: "pass", found: "none" },
  {
    id: "os.failed-units",
    when: "one that nobody needs has failed",
    status: "warn",
    found: "failed: snapd",
    advice: /journalctl -u snapd -n 20/,
    host: services({ snapd: "failed", ssh: "active" }),
  },
  {
    id: "os.failed-units",
    when: "names cannot be resolved",
    status: "fail",
    found: "failed: snapd, systemd-resolved",
    advice: /systemctl restart systemd-resolved/,
    evidence: [
      "systemd-resolved: Failed to bind UDP 127.0.0.53:53: Address already in use",
      "systemd-resolved: asked http://maria:***@192.0.2.1",
    ],
    host: (it) => {
      services({ snapd: "failed", "systemd-resolved": "failed" })(it);
      it.commands.set("journalctl", {
        stdout:
          "Failed to bind UDP 127.0.0.53:53: Address already in use\nasked http://maria:Geheim-7@192.0.2.1\n",
      });
    },
  },
  {
    id: "os.failed-units",
    when: "it is our own k3s",
    status: "pass",
    found: "none",
    host: services({ k3s: "failed" }),
  },
  {
    id: "os.failed-units",
    when: "systemd does not answer",
    status: "error",
    found: "systemctl ended with 1: no bus",
    host: (it) => void it.commands.set("systemctl", { code: 1, stderr: "no bus\n" }),
  },
  { id: "os.security-tools", when: "none runs", status: "pass", found: "none" },
  {
    id: "os.security-tools",
    when: "two run",
    status: "warn",
    found: "CrowdStrike Falcon (falcon-sensor), Microsoft Defender (mdatp)",
    advice: /systemctl disable --now falcon-sensor mdatp/,
    host: services({ "falcon-sensor": "active", mdatp: "active", wazuh: "inactive" }),
  },
  {
    id: "os.security-tools",
    when: "one is only installed",
    status: "pass",
    found: "none",
    host: services({ "clamav-daemon": "inactive" }),
  },
  {
    id: "os.security-tools",
    when: "services cannot be read",
    status: "error",
    found: /cannot be read/,
    host: (it) => void it.commands.set("systemctl", { stdout: "UNIT LOAD ACTIVE\n" }),
  },
  { id: "time.sync", when: "a server has answered", status: "pass", found: "it does" },
  {
    id: "time.sync",
    when: "another program keeps it",
    status: "warn",
    found: /was set by another program/,
    advice: /timedatectl set-ntp true/,
    host: clock("NTP=no\nNTPSynchronized=yes\n"),
  },
  {
    id: "time.sync",
    when: "no server has answered",
    status: "fail",
    found: "no time server has answered yet",
    advice: /timesyncd\.conf/,
    host: clock("NTP=yes\nNTPSynchronized=no\n"),
  },
  {
    id: "time.sync",
    when: "it is off",
    status: "fail",
    found: "it follows none",
    advice: /set-ntp true\. Accept/,
    host: clock("NTP=no\nNTPSynchronized=no\n"),
  },
  { id: "time.sync", when: "nothing is said", status: "error", found: /does not say/, host: clock("") },
];

function virt(word: string, code = 0): NonNullable<CheckCase["host"]> {
  return (host) => void host.commands.set("systemd-detect-virt", { stdout: `${word}\n`, code });
}

function flags(text: string): NonNullable<CheckCase["host"]> {
  return (host) => host.put("/proc/cpuinfo", `processor\t: 0\nflags\t\t: ${text}\n`);
}

function services(units: Record<string, string>): NonNullable<CheckCase["host"]> {
  return (host) => void host.commands.set("systemctl", servicesAnswer(units));
}

function clock(stdout: string): NonNullable<CheckCase["host"]> {
  return (host) => void host.commands.set("timedatectl", { stdout });
}

/** A process, with one file open where that is said. The machine has run for 7,200 s. */
function process(
  pid: string,
  name: string,
  open?: { target: string; startedSec: number },
): (host: FakeHost) => void {
  return (host) => {
    host.put(`/proc/${pid}/comm`, `${name}\n`);
    const zeros = Array.from({ length: 18 }, () => "0").join(" ");
    host.put(`/proc/${pid}/stat`, `${pid} (${name}) S ${zeros} ${(open?.startedSec ?? 0) * 100} 0\n`);
    host.links.set(`/proc/${pid}/fd/3`, open?.target ?? "/dev/null");
  };
}
