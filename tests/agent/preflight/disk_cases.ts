import { PATHS } from "../../../agent/state/paths.ts";
import { journalText } from "../../fakes/journal_text.ts";
import type { CheckCase } from "./check_case.ts";

const GIB = 1024 ** 3;
const RESUMED = await journalText([["setup.requested", {}], ["step.started", { stepId: "k3s", attempt: 0 }]]);

/** Every way the checks of what the disk can take can end. */
export const DISK_CASES: readonly CheckCase[] = [
  {
    id: "disk.forecast",
    when: "there is much room",
    status: "pass",
    found: "74 % left at /: 170 GiB free, 22 GiB needed",
  },
  {
    id: "disk.forecast",
    when: "it gets narrow",
    status: "warn",
    found: "16 % left at /: 30 GiB free, 22 GiB needed",
    advice:
      /Enlarge the disk by \d+ GiB in the hypervisor, then run: sudo growpart \/dev\/sda 2; sudo resize2fs \/dev\/sda2/,
    host: mounted({ size: 50, used: 20, source: "/dev/sda2" }),
  },
  {
    id: "disk.forecast",
    when: "Kubernetes would remove images at once",
    status: "fail",
    found: "not enough room at /: 20 GiB free, 22 GiB needed",
    advice: /lvextend --resizefs --extents \+100%FREE \/dev\/mapper\/ubuntu--vg-ubuntu--lv/,
    host: mounted({ size: 40, used: 20, source: "/dev/mapper/ubuntu--vg-ubuntu--lv" }),
  },
  {
    id: "disk.forecast",
    when: "our images are there already",
    status: "pass",
    found: "25 % left at /: 20 GiB free, 10 GiB needed",
    host: (it) => {
      mounted({ size: 40, used: 20 })(it);
      it.put(PATHS.journal, RESUMED);
    },
  },
  {
    id: "disk.forecast",
    when: "the data has a disk of its own",
    status: "warn",
    found: "18 % left at /var/mnt: 17 GiB free, 10 GiB needed",
    host: (it) => {
      it.folders.set("/var/mnt", 0o755);
      it.commands.set("findmnt", (args) => {
        const isData = args[3] === "/var/mnt";
        return answer(isData ? { target: "/var/mnt", size: 38, used: 21 } : { size: 200, used: 20 });
      });
    },
  },
  {
    id: "disk.forecast",
    when: "the disk cannot be asked",
    status: "error",
    found: "findmnt ended with 1: boom",
    host: (it) => void it.commands.set("findmnt", { code: 1, stderr: "boom\n" }),
  },
  { id: "disk.inodes", when: "most are free", status: "pass", found: "97 % free at /" },
  {
    id: "disk.inodes",
    when: "btrfs has no limit",
    status: "pass",
    found: "without a limit",
    host: inodes("0 0\n"),
  },
  {
    id: "disk.inodes",
    when: "they get scarce",
    status: "warn",
    found: "7 % free at /",
    host: inodes("1000 70\n"),
  },
  {
    id: "disk.inodes",
    when: "hardly any is left",
    status: "fail",
    found: "4 % free at /",
    advice: /du --inodes/,
    host: inodes("1000 49\n"),
  },
  {
    id: "disk.inodes",
    when: "stat says something else",
    status: "error",
    found: /does not tell/,
    host: inodes("?\n"),
  },
  { id: "disk.fs", when: "it is ext4", status: "pass", found: "ext4 at /" },
  { id: "disk.fs", when: "it is ZFS", status: "warn", found: "zfs at /", host: mounted({ fstype: "zfs" }) },
  {
    id: "disk.fs",
    when: "it lies on a server",
    status: "fail",
    found: "nfs4 at /",
    advice: /local disk in the hypervisor, with ext4/,
    host: mounted({ fstype: "nfs4" }),
  },
  {
    id: "disk.fs",
    when: "programs may not run there",
    status: "fail",
    found: "ext4 at /; programs may not run at / (noexec)",
    advice: /mount -o remount,exec \//,
    host: mounted({ options: "rw,noexec,relatime" }),
  },
  {
    id: "disk.fs",
    when: "its type is not told",
    status: "error",
    found: "unknown at /",
    host: mounted({ fstype: "" }),
  },
  {
    id: "disk.fs",
    when: "the place of images is a link",
    status: "fail",
    found: "/var/lib/rancher is a link, which Kubernetes does not follow when it mounts",
    advice: /sudo rm \/var\/lib\/rancher;/,
    host: (it) => void it.links.set("/var/lib/rancher", "/data/rancher"),
  },
  {
    id: "disk.fs",
    when: "a folder above the data is closed",
    status: "fail",
    found: /^\/var\/mnt lets nobody but its owner through \(mode 750\)/,
    advice: /^Open the way: sudo chmod o\+x \/var\/mnt$/,
    host: (it) => {
      it.folders.set("/var/mnt", 0o750);
      it.folders.set(PATHS.localPathData, 0o755);
    },
  },
  {
    id: "disk.fs",
    when: "a link stands above the places alone",
    status: "pass",
    found: "ext4 at /",
    host: (it) => void it.links.set("/var/mnt", "/data"),
  },
  {
    id: "disk.fs",
    when: "XFS has no file types",
    status: "fail",
    found: /^XFS at \/ was made without file types \(ftype=0\)/,
    advice: /mkfs\.xfs -n ftype=1/,
    host: xfs("naming   =version 2              bsize=4096   ascii-ci=0, ftype=0\n"),
  },
  {
    id: "disk.fs",
    when: "XFS has them",
    status: "pass",
    found: "xfs at /",
    host: xfs("naming   =version 2              bsize=4096   ascii-ci=0, ftype=1\n"),
  },
  {
    id: "disk.fs",
    when: "XFS cannot be asked",
    status: "pass",
    found: "xfs at /",
    host: mounted({ fstype: "xfs" }),
  },
  { id: "disk.latency", when: "it is fast", status: "pass", found: "99 of 100 within 1.0 ms" },
  {
    id: "disk.latency",
    when: "one write in a hundred waits",
    status: "pass",
    found: "99 of 100 within 1.0 ms",
    host: (it) => void (it.syncMs = [900, ...Array.from({ length: 100 }, () => 1)]),
  },
  {
    id: "disk.latency",
    when: "it is not fast",
    status: "warn",
    found: "99 of 100 within 25 ms",
    host: latency(25),
  },
  {
    id: "disk.latency",
    when: "the machine is busy: some writes wait long, most do not",
    status: "warn",
    found: "99 of 100 within 130 ms",
    host: (it) => void (it.syncMs = Array.from({ length: 100 }, (_, i) => i < 60 ? 5 : 130)),
  },
  {
    id: "disk.latency",
    when: "it is slow",
    status: "fail",
    found: "99 of 100 within 31 ms",
    advice: /SSD/,
    host: latency(31),
  },
  {
    id: "disk.latency",
    when: "it hardly writes at all",
    status: "fail",
    found: "only 3 small writes in 1.5 s",
    host: (it) => void (it.syncMs = [700, 700, 700]),
  },
  {
    id: "disk.latency",
    when: "only the first round was disturbed",
    status: "pass",
    found: "99 of 100 within 1.0 ms",
    host: (it) => {
      const rounds = [Array.from({ length: 100 }, () => 90)];
      const { measureSync } = it;
      it.measureSync = async (folder, options) =>
        rounds.shift() ?? await measureSync.call(it, folder, options);
    },
  },
  {
    id: "disk.latency",
    when: "no write ends",
    status: "error",
    found: "no write ended",
    host: (it) => void (it.syncMs = []),
  },
  {
    id: "disk.latency",
    when: "nothing can be written",
    status: "error",
    found: /no room/,
    host: (it) => void (it.writeError = "no room"),
  },
];

interface Mounted {
  target?: string;
  size?: number;
  used?: number;
  fstype?: string;
  options?: string;
  source?: string;
}

function answer(it: Mounted): { stdout: string } {
  const {
    target = "/",
    size = 200,
    used = 30,
    fstype = "ext4",
    options = "rw,relatime",
    source = "/dev/sda1",
  } = it;
  const disk = {
    target,
    fstype,
    options,
    source,
    size: size * GIB,
    used: used * GIB,
    avail: (size - used) * GIB,
  };
  return { stdout: JSON.stringify({ filesystems: [disk] }) };
}

function mounted(it: Mounted): NonNullable<CheckCase["host"]> {
  return (host) => void host.commands.set("findmnt", answer(it));
}

function inodes(stdout: string): NonNullable<CheckCase["host"]> {
  return (host) => void host.commands.set("stat", { stdout });
}

function latency(ms: number): NonNullable<CheckCase["host"]> {
  return (host) => void (host.syncMs = Array.from({ length: 100 }, () => ms));
}

function xfs(info: string): NonNullable<CheckCase["host"]> {
  return (host) => {
    mounted({ fstype: "xfs" })(host);
    host.commands.set("xfs_info /", { stdout: info });
  };
}
