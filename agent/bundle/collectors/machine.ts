import { hostCollector } from "../from_host.ts";
import { DISK_HEALTH } from "./disk_health.ts";
import type { Collector } from "../collector.ts";

const MIB = 1024 * 1024;
const UNITS = [
  "alga-appliance",
  "alga-appliance-console",
  "k3s",
  "systemd-resolved",
  "systemd-networkd",
  "systemd-timesyncd",
  "ufw",
] as const;
/** What a kernel is set to, as far as it matters here: the whole list names other things of the site. */
const SYSCTLS = [
  "net.ipv4.ip_forward",
  "net.bridge.bridge-nf-call-iptables",
  "net.ipv4.conf.all.rp_filter",
  "net.netfilter.nf_conntrack_max",
  "fs.inotify.max_user_watches",
  "fs.inotify.max_user_instances",
  "fs.file-max",
  "kernel.pid_max",
  "vm.overcommit_memory",
  "vm.panic_on_oom",
] as const;
const JOURNAL = ["journalctl", "--no-pager", "-o", "short-iso-precise"] as const;

/** The machine itself. */
export const MACHINE_COLLECTORS: readonly Collector[] = [
  hostCollector("host.identity", "Operating system and machine", {
    files: [{ path: "host/os-release.txt", from: "/usr/lib/os-release" }],
    programs: [
      { path: "host/kernel.txt", argv: ["uname", "-a"] },
      { path: "host/uptime.txt", argv: ["uptime"] },
      { path: "host/virtualization.txt", argv: ["systemd-detect-virt"], tellsByCode: true },
      { path: "host/time.txt", argv: ["timedatectl", "show"] },
    ],
  }),
  hostCollector("host.resources", "Processor and memory", {
    files: ["meminfo", "loadavg", "pressure/cpu", "pressure/memory", "pressure/io", "cpuinfo"].map((it) => ({
      path: `host/proc/${it.replace("/", "-")}.txt`,
      from: `/proc/${it}`,
      maxBytes: 64 * 1024,
    })),
    // Names only: command lines hold secrets.
    programs: [
      {
        path: "host/processes-by-cpu.txt",
        argv: ["ps", "-eo", "pid,ppid,user,pcpu,pmem,rss,etimes,comm", "--sort=-pcpu"],
      },
      {
        path: "host/processes-by-memory.txt",
        argv: ["ps", "-eo", "pid,ppid,user,pcpu,pmem,rss,etimes,comm", "--sort=-rss"],
      },
    ],
  }),
  hostCollector("host.disks", "Disks and mounts", {
    programs: [
      { path: "host/df.txt", argv: ["df", "-hT"] },
      { path: "host/inodes.txt", argv: ["df", "-i"] },
      {
        path: "host/block-devices.txt",
        argv: ["lsblk", "-o", "NAME,TYPE,SIZE,FSTYPE,MOUNTPOINTS,ROTA,MODEL"],
      },
      { path: "host/mounts.txt", argv: ["findmnt", "--real"] },
      {
        path: "host/largest-folders.txt",
        argv: [
          "du",
          "-xh",
          "--max-depth=2",
          "--threshold=100M",
          "/var/lib/rancher",
          "/var/lib/alga-appliance",
          "/var/log",
          "/var/mnt",
        ],
        // A folder that is not there.
        tellsByCode: true,
      },
    ],
  }),
  DISK_HEALTH,
  hostCollector("host.kernel", "Kernel messages and settings", {
    files: [{ path: "host/cgroup.txt", from: "/sys/fs/cgroup/cgroup.controllers" }],
    programs: [
      {
        path: "host/dmesg.txt",
        argv: [...JOURNAL, "-k", "-p", "warning", "--since=-7d", "-n", "5000"],
        maxBytes: MIB,
      },
      // The source "kernel" of the page Logs, over boots.
      {
        path: "logs/kernel.log",
        argv: [...JOURNAL, "-p", "err", "--since=-7d", "-n", "5000", "_TRANSPORT=kernel"],
        maxBytes: MIB,
      },
      { path: "host/modules.txt", argv: ["lsmod"] },
      { path: "host/sysctl.txt", argv: ["sysctl", "--ignore", ...SYSCTLS] },
    ],
  }),
  hostCollector("host.units", "Services of the machine", {
    programs: [
      { path: "host/failed-units.txt", argv: ["systemctl", "--failed", "--no-pager", "--plain"] },
      {
        path: "host/units.txt",
        argv: ["systemctl", "status", "--no-pager", "--lines=5", "--full", ...UNITS],
        maxBytes: 256 * 1024,
        // One that is stopped, or not there.
        tellsByCode: true,
      },
      { path: "host/timers.txt", argv: ["systemctl", "list-timers", "--all", "--no-pager"] },
    ],
  }),
  hostCollector("host.journal", "Logs of Kubernetes and the network services", {
    programs: [
      {
        path: "logs/k3s.log",
        argv: [...JOURNAL, "-u", "k3s", "--since=-2d", "-n", "20000"],
        maxBytes: 5 * MIB,
      },
      ...["systemd-resolved", "systemd-networkd", "systemd-timesyncd"].map((it) => ({
        path: `logs/${it}.log`,
        argv: [...JOURNAL, "-u", it, "-p", "warning", "--since=-2d", "-n", "2000"] as const,
      })),
    ],
  }),
  hostCollector("host.packages", "Versions of packages", {
    programs: [{
      path: "host/packages.txt",
      argv: [
        "dpkg-query",
        "-W",
        "systemd",
        "linux-image-generic",
        "iptables",
        "nftables",
        "openssh-server",
        "cloud-init",
        "ufw",
        "apparmor",
        "alga-agent",
      ],
      // One that is not installed.
      tellsByCode: true,
    }],
    files: [
      { path: "host/reboot-required.txt", from: "/run/reboot-required" },
      { path: "host/updates-available.txt", from: "/var/lib/update-notifier/updates-available" },
    ],
  }),
  hostCollector("host.firewall", "Firewall", {
    programs: [
      { path: "host/ufw.txt", argv: ["ufw", "status", "verbose"] },
      { path: "host/nftables.txt", argv: ["nft", "list", "tables"] },
      // With counters of what was dropped.
      { path: "host/iptables-input.txt", argv: ["iptables", "-nvL", "INPUT"] },
      { path: "host/iptables-forward.txt", argv: ["iptables", "-nvL", "FORWARD"] },
    ],
  }),
  // No user-data: it holds password hashes.
  hostCollector("host.autoinstall", "Result of the installation of the machine", {
    programs: [{ path: "host/cloud-init.txt", argv: ["cloud-init", "status", "--long"] }],
    files: [
      { path: "host/cloud-init-result.json", from: "/var/lib/cloud/data/result.json" },
      { path: "host/subiquity.log", from: "/var/log/installer/subiquity-server-debug.log", maxBytes: MIB },
      { path: "host/curtin.log", from: "/var/log/installer/curtin-install.log", maxBytes: MIB },
    ],
  }),
];
