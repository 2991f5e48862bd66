import { errorText } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { GIB, gibText, wholeGibText } from "../../text/byte_size.ts";
import { parseOsRelease } from "../../host/os_release.ts";
import { SUPPORTED_SYSTEM } from "../../product/supported_system.ts";
import { PATHS } from "../../state/paths.ts";
import type { Check } from "../check.ts";
import { nearestFolder } from "../facts/file_systems.ts";
import { enlargeCommand } from "./disk.ts";
import { couldNotCheck, fail, grade, pass, warn } from "../outcome.ts";

/** Firmware and kernel keep some of what the hypervisor gives. */
const MEMORY_SLACK = 0.9;

/** Checks of the machine itself: operating system, hardware, disk, kernel, name. */
export const MACHINE_CHECKS: readonly Check[] = [
  {
    id: "os.release",
    title: "Operating system",
    vantage: "agent",
    overridable: false,
    async run({ facts }) {
      const expected = SUPPORTED_SYSTEM.title;
      const text = await facts.text("/etc/os-release");
      const found = text === undefined ? undefined : parseOsRelease(text);
      const remediation = "Install from the appliance image, in the hypervisor";
      if (found === undefined) {
        return couldNotCheck({ expected, found: "/etc/os-release does not exist", remediation });
      }
      return found.id === SUPPORTED_SYSTEM.id && found.version === SUPPORTED_SYSTEM.version
        ? pass({ expected, found: found.title })
        : fail({ expected, found: found.title, remediation });
    },
  },
  {
    id: "os.arch",
    title: "Processor type",
    vantage: "containerd",
    overridable: false,
    async run({ facts }) {
      const expected = "64-bit x86 (x86_64)";
      // The kernel tells its type since Linux 6.1; before, and on a simulated machine, the agent's own type stands for it.
      const found = (await facts.text("/proc/sys/kernel/arch"))?.trim() || Deno.build.arch;
      return found === "x86_64" ? pass({ expected, found }) : fail({
        expected,
        found,
        remediation: "In the hypervisor, make a virtual machine with an x86-64 processor",
      });
    },
  },
  {
    id: "os.root",
    title: "Rights of the agent",
    vantage: "agent",
    overridable: false,
    async run({ facts }) {
      const expected = "root, started by systemd";
      const remediation = "Start it as the service: sudo systemctl start alga-appliance";
      const status = await facts.text("/proc/self/status");
      const init = (await facts.text("/proc/1/comm"))?.trim();
      const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status ?? "")?.[1];
      if (uid === undefined || init === undefined) {
        return couldNotCheck({ expected, found: "/proc cannot be read", remediation });
      }
      const found = `user ${uid}, first process "${init}"`;
      return uid === "0" && init === "systemd"
        ? pass({ expected, found })
        : fail({ expected, found, remediation });
    },
  },
  {
    id: "hw.cpu",
    title: "Processor cores",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "4 cores or more";
      const remediation = "Give the virtual machine 4 cores in the hypervisor";
      const cores = [...(await facts.text("/proc/cpuinfo") ?? "").matchAll(/^processor\s*:/gm)].length;
      if (cores === 0) return couldNotCheck({ expected, found: "/proc/cpuinfo cannot be read", remediation });
      const found = `${cores} ${cores === 1 ? "core" : "cores"}`;
      return grade({ expected, found, remediation }, { good: cores >= 4, tolerable: cores >= 2 });
    },
  },
  {
    id: "hw.memory",
    title: "Memory",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "16 GiB or more";
      const remediation = "Give the virtual machine 16 GiB of memory in the hypervisor";
      const kib = Number(
        /^MemTotal:\s+(\d+) kB/m.exec(await facts.text("/proc/meminfo") ?? "")?.[1] ?? NaN,
      );
      if (Number.isNaN(kib)) {
        return couldNotCheck({ expected, found: "/proc/meminfo cannot be read", remediation });
      }
      const gib = kib * 1024 / GIB;
      const found = gibText(kib * 1024);
      return grade({ expected, found, remediation }, {
        good: gib >= 16 * MEMORY_SLACK,
        tolerable: gib >= 8 * MEMORY_SLACK,
      });
    },
  },
  {
    id: "disk.total",
    title: "Disk size",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "100 GiB or more";
      const disks = await facts.fileSystems();
      const [small] = disks.toSorted((a, b) => a.size - b.size);
      const remediation = `Enlarge the disk in the hypervisor, then run: ${
        small ? enlargeCommand(small) : "sudo growpart"
      }`;
      const found = disks.map((it) => `${wholeGibText(it.size)} at ${it.target}`).join(", ");
      const smallest = Math.min(...disks.map((it) => it.size));
      return grade({ expected, found, remediation }, {
        good: smallest >= 100 * GIB,
        tolerable: smallest >= 40 * GIB,
      });
    },
  },
  {
    id: "disk.used",
    title: "Free disk space",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "less than 70 % used";
      const disks = (await facts.fileSystems()).map((it) => ({
        ...it,
        percent: Math.round(it.used / Math.max(1, it.used + it.avail) * 100),
      }));
      const found = disks.map((it) => {
        const where = disks.length === 1 ? "" : ` at ${it.target}`;
        return `${it.percent} % used, ${wholeGibText(it.avail)} free${where}`;
      }).join("; ");
      const remediation =
        "Find what takes the room (sudo du -xh -d 2 / | sort -h | tail), free some (sudo journalctl --vacuum-size=200M) or enlarge the disk in the hypervisor";
      const fullest = Math.max(...disks.map((it) => it.percent));
      return grade({ expected, found, remediation }, { good: fullest < 70, tolerable: fullest <= 80 });
    },
  },
  {
    id: "disk.readonly",
    title: "Writing to the disk",
    vantage: "agent",
    overridable: false,
    async run({ host }) {
      const expected = "files can be written";
      const remediation =
        "Look at the kernel's log (sudo journalctl -k -n 50 -r) and at the storage of the hypervisor";
      const folders = new Set<string>();
      for (const it of [PATHS.stateDir, PATHS.localPathData]) folders.add(await nearestFolder(host, it));
      for (const folder of folders) {
        const tried = await tryWriting(host, folder);
        if (tried === undefined) continue;
        return tried.isDenied
          ? couldNotCheck({
            expected,
            found: tried.problem,
            remediation: "Run the checks as root: sudo alga-agent preflight",
          })
          : fail({ expected, found: tried.problem, remediation });
      }
      return pass({ expected, found: "written, synced and read back" });
    },
  },
  {
    id: "kernel.cgroup",
    title: "Control groups",
    vantage: "containerd",
    overridable: false,
    async run({ facts, host }) {
      const expected = "version 2 with cpu, cpuset, memory and pids";
      const remediation =
        "Remove systemd.unified_cgroup_hierarchy=0 from /etc/default/grub, then: sudo update-grub and sudo systemctl reboot";
      const text = await facts.text("/sys/fs/cgroup/cgroup.controllers");
      if (text === undefined) {
        return await host.info("/sys/fs/cgroup") === undefined
          ? couldNotCheck({ expected, found: "/sys/fs/cgroup does not exist", remediation })
          : fail({ expected, found: "version 1", remediation });
      }
      const missing = ["cpu", "cpuset", "memory", "pids"].filter((it) => !text.split(/\s+/).includes(it));
      const found = missing.length === 0
        ? "version 2, all of them"
        : `version 2 without ${missing.join(", ")}`;
      return missing.length === 0 ? pass({ expected, found }) : fail({ expected, found, remediation });
    },
  },
  {
    id: "id.hostname",
    title: "Host name",
    vantage: "cluster",
    overridable: false,
    async run({ facts }) {
      const expected = "letters, digits and hyphens, at most 54 characters";
      const given = (await facts.text("/etc/hostname"))?.trim() ?? "";
      // As the kubelet does.
      const name = given.toLowerCase();
      const found = given === ""
        ? "none"
        : name === given
        ? `"${name}"`
        : `"${given}", in Kubernetes "${name}"`;
      const remediation = "Rename the machine: sudo hostnamectl set-hostname NAME";
      const valid = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name) &&
        name.length <= 54; // RFC 1123 §2.1
      if (!valid || /^localhost(\.|$)/.test(name)) return fail({ expected, found, remediation });
      return name === "ubuntu"
        ? warn({ expected: `${expected}; a name of its own`, found, remediation })
        : pass({ expected, found });
    },
  },
  {
    id: "state.previous",
    title: "Earlier installation",
    vantage: "agent",
    overridable: true,
    async run({ facts }) {
      const expected = "none, or one that this agent made";
      const { traces, isOurs } = await facts.previousInstall();
      if (traces.length === 0) return pass({ expected, found: "none" });
      if (isOurs) return pass({ expected, found: "ours; it will be continued", evidence: traces });
      return fail({
        expected,
        found: `data of another installation: ${traces.join(", ")}`,
        remediation:
          "Make a fresh machine in the hypervisor. Accept only if this data belongs to this appliance; it will be used, not deleted",
      });
    },
  },
];

/** Writes a file, reads it back and takes it away again; makes no folder. Gives what went wrong in words. */
/** What is wrong, `undefined` when a file can be written; `isDenied`: this user may not, which says nothing about the disk. */
async function tryWriting(
  host: Host,
  folder: string,
): Promise<{ problem: string; isDenied: boolean } | undefined> {
  const probe = `${folder === "/" ? "" : folder}/.alga-write-test`;
  try {
    await host.writeFile(probe, "ok", { mode: 0o600 });
    if (await host.readText(probe) === "ok") return undefined;
    return { problem: `a file in ${folder} reads back differently`, isDenied: false };
  } catch (error) {
    const isDenied = [error, (error as Error).cause].some((it) => it instanceof Deno.errors.PermissionDenied);
    return { problem: errorText(error), isDenied };
  } finally {
    await host.remove(probe).catch(() => {});
  }
}
