import { PATHS } from "../../../agent/state/paths.ts";
import { journalText } from "../../fakes/journal_text.ts";
import { type CheckCase, diskAnswer } from "./check_case.ts";

const REQUESTED = ["setup.requested", {}] as const;
const STARTED = { ours: await started("k3s"), notYet: await started("resolve") };

function started(stepId: string): Promise<string> {
  return journalText([REQUESTED, ["step.started", { stepId, attempt: 0 }]]);
}

/** Every way the checks of the machine can end. */
export const MACHINE_CASES: readonly CheckCase[] = [
  { id: "os.release", when: "Ubuntu 24.04 runs", status: "pass", found: "Ubuntu 24.04.5 LTS" },
  {
    id: "os.release",
    when: "another Ubuntu runs",
    status: "fail",
    found: "Ubuntu 22.04",
    host: (it) => it.put("/etc/os-release", 'PRETTY_NAME="Ubuntu 22.04"\nVERSION_ID="22.04"\nID=ubuntu\n'),
  },
  {
    id: "os.release",
    when: "another system has the same number",
    status: "fail",
    found: "other 24.04",
    host: (it) => it.put("/etc/os-release", "ID=other\nVERSION_ID=24.04\n"),
  },
  {
    id: "os.release",
    when: "the file is missing",
    status: "error",
    found: "/etc/os-release does not exist",
    host: (it) => void it.files.delete("/etc/os-release"),
  },
  { id: "os.arch", when: "the kernel is for x86-64", status: "pass", found: "x86_64" },
  {
    id: "os.arch",
    when: "the kernel is for ARM",
    status: "fail",
    found: "aarch64",
    host: (it) => it.put("/proc/sys/kernel/arch", "aarch64\n"),
  },
  {
    id: "os.root",
    when: "root runs below systemd",
    status: "pass",
    found: 'user 0, first process "systemd"',
  },
  {
    id: "os.root",
    when: "only the real user is root",
    status: "fail",
    found: 'user 1000, first process "systemd"',
    advice: /systemctl start/,
    host: (it) => it.put("/proc/self/status", "Uid:\t0\t1000\t0\t0\n"),
  },
  {
    id: "os.root",
    when: "it runs in a container",
    status: "fail",
    found: 'user 0, first process "sh"',
    host: (it) => it.put("/proc/1/comm", "sh\n"),
  },
  {
    id: "os.root",
    when: "/proc is missing",
    status: "error",
    found: "/proc cannot be read",
    host: (it) => void it.files.delete("/proc/self/status"),
  },
  { id: "hw.cpu", when: "there are 4 cores", status: "pass", found: "4 cores" },
  { id: "hw.cpu", when: "there are 2 cores", status: "warn", found: "2 cores", host: cores(2) },
  { id: "hw.cpu", when: "there are 3 cores", status: "warn", found: "3 cores", host: cores(3) },
  { id: "hw.cpu", when: "there is 1 core", status: "fail", found: "1 core", host: cores(1) },
  {
    id: "hw.cpu",
    when: "no core is listed",
    status: "error",
    found: "/proc/cpuinfo cannot be read",
    host: cores(0),
  },
  { id: "hw.memory", when: "a 16 GiB machine shows 15.6 GiB", status: "pass", found: "15.6 GiB" },
  { id: "hw.memory", when: "there are 12 GiB", status: "warn", found: "12.0 GiB", host: memoryGib(12) },
  { id: "hw.memory", when: "there are 4 GiB", status: "fail", found: "4.0 GiB", host: memoryGib(4) },
  {
    id: "hw.memory",
    when: "the file is not as expected",
    status: "error",
    found: "/proc/meminfo cannot be read",
    host: (it) => it.put("/proc/meminfo", "MemTotal: much\n"),
  },
  { id: "disk.total", when: "there are 200 GiB", status: "pass", found: "200 GiB at /" },
  { id: "disk.total", when: "there are 100 GiB", status: "pass", found: "100 GiB at /", host: disk(100, 1) },
  { id: "disk.total", when: "there are 99 GiB", status: "warn", found: "99 GiB at /", host: disk(99, 1) },
  { id: "disk.total", when: "there are 39 GiB", status: "fail", found: "39 GiB at /", host: disk(39, 1) },
  {
    id: "disk.total",
    when: "findmnt is not there",
    status: "error",
    found: /Cannot find the program "findmnt"/,
    host: (it) => void it.commands.delete("findmnt"),
  },
  {
    id: "disk.total",
    when: "findmnt prints something else",
    status: "error",
    found: "findmnt gave an answer that cannot be read",
    host: (it) => void it.commands.set("findmnt", { stdout: "TARGET SIZE\n/ 10G\n" }),
  },
  {
    id: "disk.total",
    when: "findmnt fails",
    status: "error",
    found: "findmnt ended with 1: boom",
    host: (it) => void it.commands.set("findmnt", { code: 1, stderr: "boom\n" }),
  },
  {
    id: "disk.total",
    when: "volumes have a large disk of their own and the system a small one",
    status: "fail",
    found: "30 GiB at /, 500 GiB at /var/mnt/alga-data",
    host: disks({ "/": [30, 10], "/var/mnt/alga-data": [500, 5] }),
  },
  {
    id: "disk.total",
    when: "both disks are large",
    status: "pass",
    found: "120 GiB at /, 500 GiB at /var/mnt/alga-data",
    host: disks({ "/": [120, 10], "/var/mnt/alga-data": [500, 5] }),
  },
  {
    id: "disk.total",
    when: "the disk of the volumes is small",
    status: "warn",
    found: "200 GiB at /, 60 GiB at /var/mnt/alga-data",
    host: disks({ "/": [200, 10], "/var/mnt/alga-data": [60, 5] }),
  },
  {
    id: "disk.used",
    when: "the disk of the volumes is full and the system is not",
    status: "fail",
    found: "10 % used, 180 GiB free at /; 90 % used, 10 GiB free at /var/mnt/alga-data",
    host: disks({ "/": [200, 20], "/var/mnt/alga-data": [100, 90] }),
  },
  {
    id: "disk.used",
    when: "three places lie on three disks",
    status: "warn",
    found: /^75 % used, 25 GiB free at \/var\/lib\/rancher; 10 % used, 90 GiB free at \/; 0 % used/,
    host: disks({ "/var/lib/rancher": [100, 75], "/": [100, 10], "/var/mnt": [100, 0] }),
  },
  { id: "disk.used", when: "15 % are used", status: "pass", found: "15 % used, 170 GiB free" },
  {
    id: "disk.used",
    when: "70 % are used",
    status: "warn",
    found: "70 % used, 60 GiB free",
    host: disk(200, 140),
  },
  {
    id: "disk.used",
    when: "81 % are used",
    status: "fail",
    found: "81 % used, 38 GiB free",
    host: disk(200, 162),
  },
  {
    id: "disk.used",
    when: "the file system has no size",
    status: "error",
    found: "findmnt gave an answer that cannot be read",
    host: (it) =>
      void it.commands.set("findmnt", {
        stdout: '{"filesystems":[{"target":"/","size":null,"used":null,"avail":null}]}',
      }),
  },
  { id: "disk.used", when: "the size is 0", status: "error", found: /cannot be read/, host: disk(0, 0) },
  {
    id: "disk.readonly",
    when: "a file can be written",
    status: "pass",
    found: "written, synced and read back",
  },
  {
    id: "disk.readonly",
    when: "the disk is read-only",
    status: "fail",
    found: /read-only file system/,
    host: (it) => void (it.writeError = "read-only file system"),
  },
  {
    id: "disk.readonly",
    when: "it reads back differently",
    status: "fail",
    found: "a file in / reads back differently",
    host: (it) => void (it.readText = () => Promise.resolve("no")),
  },
  { id: "kernel.cgroup", when: "version 2 is whole", status: "pass", found: "version 2, all of them" },
  {
    id: "kernel.cgroup",
    when: "a controller is missing",
    status: "fail",
    found: "version 2 without memory",
    host: (it) => it.put("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n"),
  },
  {
    id: "kernel.cgroup",
    when: "version 1 is mounted",
    status: "fail",
    found: "version 1",
    host: (it) => {
      it.files.delete("/sys/fs/cgroup/cgroup.controllers");
      it.put("/sys/fs/cgroup/memory/tasks", "");
    },
  },
  {
    id: "kernel.cgroup",
    when: "nothing is mounted",
    status: "error",
    found: "/sys/fs/cgroup does not exist",
    host: (it) => void it.files.delete("/sys/fs/cgroup/cgroup.controllers"),
  },
  { id: "id.hostname", when: "the name is its own", status: "pass", found: '"appliance-01"' },
  {
    id: "id.hostname",
    when: "the name is generic",
    status: "warn",
    found: '"ubuntu"',
    host: named("ubuntu"),
  },
  {
    id: "id.hostname",
    when: "it is localhost",
    status: "fail",
    found: '"localhost"',
    host: named("localhost"),
  },
  {
    id: "id.hostname",
    when: "it has capitals, which Kubernetes lowers",
    status: "pass",
    found: '"Server-01", in Kubernetes "server-01"',
    host: named("Server-01"),
  },
  { id: "id.hostname", when: "it has an underscore", status: "fail", found: '"psa_1"', host: named("psa_1") },
  {
    id: "id.hostname",
    when: "it is localhost in capitals",
    status: "fail",
    found: '"LOCALHOST", in Kubernetes "localhost"',
    host: named("LOCALHOST"),
  },
  { id: "id.hostname", when: "it ends with a hyphen", status: "fail", found: '"psa-"', host: named("psa-") },
  {
    id: "id.hostname",
    when: "it has 55 characters",
    status: "fail",
    found: `"${"a".repeat(55)}"`,
    host: named("a".repeat(55)),
  },
  { id: "id.hostname", when: "there is none", status: "fail", found: "none", host: named("") },
  { id: "state.previous", when: "the machine is fresh", status: "pass", found: "none" },
  {
    id: "state.previous",
    when: "our own setup was interrupted",
    status: "pass",
    found: "ours; it will be continued",
    host: (it) => {
      it.put(PATHS.journal, STARTED.ours);
      it.put(PATHS.k3sConfig, "x");
      it.put("/var/lib/rancher/k3s/server/token", "x");
    },
  },
  {
    id: "state.previous",
    when: "another k3s is there",
    status: "fail",
    found: `data of another installation: /var/lib/rancher/k3s/server, ${PATHS.k3sConfig}`,
    advice: /fresh machine/,
    host: (it) => {
      // What the agent wrote down about itself so far does not make the data ours.
      it.put(PATHS.journal, STARTED.notYet);
      it.put(PATHS.k3sConfig, "x");
      it.put("/var/lib/rancher/k3s/server/token", "x");
    },
  },
  {
    id: "state.previous",
    when: "data of volumes is left",
    status: "fail",
    found: `data of another installation: ${PATHS.localPathData}`,
    host: (it) => it.put(`${PATHS.localPathData}/pvc-1/data`, "x"),
  },
];

function cores(count: number): NonNullable<CheckCase["host"]> {
  return (it) =>
    it.put("/proc/cpuinfo", Array.from({ length: count }, (_, i) => `processor\t: ${i}\n`).join("\n"));
}

function memoryGib(gib: number): NonNullable<CheckCase["host"]> {
  return (it) => it.put("/proc/meminfo", `MemTotal:       ${gib * 1024 ** 2} kB\n`);
}

function disk(sizeGib: number, usedGib: number): NonNullable<CheckCase["host"]> {
  return (it) => void it.commands.set("findmnt", diskAnswer(sizeGib, usedGib));
}

/** Several disks by mount point, whose folders exist. */
function disks(sizes: Record<string, [sizeGib: number, usedGib: number]>): NonNullable<CheckCase["host"]> {
  return (it) => {
    for (const target of Object.keys(sizes)) if (target !== "/") it.folders.set(target, 0o755);
    it.commands.set("findmnt", (args) => {
      const path = args[args.indexOf("-T") + 1] ?? "";
      const target =
        Object.keys(sizes).filter((mount) =>
          path === mount || path.startsWith(mount === "/" ? "/" : `${mount}/`)
        ).sort((a, b) => b.length - a.length)[0] ?? "/";
      const [size, used] = sizes[target] ?? [0, 0];
      return diskAnswer(size, used, target);
    });
  };
}

function named(name: string): NonNullable<CheckCase["host"]> {
  return (it) => it.put("/etc/hostname", `${name}\n`);
}
