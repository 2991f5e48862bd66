import { type CheckCase, KERNEL_RELEASE } from "./check_case.ts";

const MODULES_DEP = `/lib/modules/${KERNEL_RELEASE}/modules.dep`;

/** Every way the checks of the kernel and of what tells the machine apart can end. */
export const KERNEL_CASES: readonly CheckCase[] = [
  { id: "kernel.version", when: "it is Ubuntu's", status: "pass", found: KERNEL_RELEASE },
  {
    id: "kernel.version",
    when: "it is 5.15",
    status: "pass",
    found: "5.15.0-1-generic",
    host: release("5.15.0-1-generic"),
  },
  {
    id: "kernel.version",
    when: "it is 5.4",
    status: "fail",
    found: "5.4.0",
    advice: /linux-generic/,
    host: release("5.4.0"),
  },
  {
    id: "kernel.version",
    when: "it is 4.18",
    status: "fail",
    found: "4.18.0-el8",
    host: release("4.18.0-el8"),
  },
  {
    id: "kernel.version",
    when: "it says something else",
    status: "error",
    found: /cannot be read/,
    host: release("new"),
  },
  { id: "kernel.modules", when: "all can be loaded", status: "pass", found: "all of them" },
  {
    id: "kernel.modules",
    when: "a small kernel lacks two",
    status: "fail",
    found: "missing: br_netfilter, vxlan",
    advice: new RegExp(`apt install linux-modules-extra-${KERNEL_RELEASE}`),
    host: (it) =>
      it.put(MODULES_DEP, "kernel/fs/overlayfs/overlay.ko:\nkernel/net/netfilter/nf_tables.ko:\n"),
  },
  {
    id: "kernel.modules",
    when: "the container's host has them loaded",
    status: "pass",
    found: "all of them",
    host: (it) => {
      it.files.delete(MODULES_DEP);
      const loaded = ["overlay", "br_netfilter", "vxlan", "nf_tables", "nf_conntrack"];
      it.put("/proc/modules", loaded.map((name) => `${name} 4096 0 - Live 0x0\n`).join(""));
    },
  },
  {
    id: "kernel.modules",
    when: "nothing lists them",
    status: "error",
    found: "the kernel's modules cannot be listed",
    host: (it) => {
      it.files.delete(MODULES_DEP);
      it.files.delete(MODULES_DEP.replace(".dep", ".builtin"));
    },
  },
  { id: "kernel.sysctl", when: "limits are raised", status: "pass", found: "they are" },
  {
    id: "kernel.sysctl",
    when: "limits are those of a desktop",
    status: "warn",
    found: "fs.inotify.max_user_instances is 128",
    advice:
      /^Write into \/etc\/sysctl\.d\/90-alga-appliance\.conf: fs\.inotify\.max_user_instances = 1024\. Then run: sudo sysctl --system$/,
    host: (it) => it.put("/proc/sys/fs/inotify/max_user_instances", "128\n"),
  },
  {
    id: "kernel.sysctl",
    when: "a file of hardening switches forwarding off",
    status: "warn",
    found: "/etc/sysctl.d/99-cis.conf switches net.ipv4.ip_forward off, which cuts pods off",
    advice: /Remove the line with net\.ipv4\.ip_forward from \/etc\/sysctl\.d\/99-cis\.conf/,
    host: (it) => it.put("/etc/sysctl.d/99-cis.conf", "# CIS 3.2.1\nnet.ipv4.ip_forward=0\n"),
  },
  {
    id: "kernel.sysctl",
    when: "a file of hardening keeps packets of the bridge from the rules of services",
    status: "warn",
    found: "/etc/sysctl.conf switches net.bridge.bridge-nf-call-iptables off, which keeps pods from services",
    advice: /Remove the line with net\.bridge\.bridge-nf-call-iptables from \/etc\/sysctl\.conf/,
    host: (it) => it.put("/etc/sysctl.conf", "net.bridge.bridge-nf-call-iptables = 0\n"),
  },
  {
    id: "kernel.sysctl",
    when: "hardening is strict",
    status: "warn",
    found:
      "kernel.keys.root_maxkeys is 200: containers need a key each; net.ipv4.conf.all.rp_filter is 1: answers to pods may be dropped; net.ipv4.conf.all.arp_filter is 1: pods may not find each other; net.ipv4.conf.all.arp_ignore is 8: pods may not find each other",
    advice:
      /: kernel\.keys\.root_maxkeys = 1000000 and net\.ipv4\.conf\.all\.rp_filter = 2 and net\.ipv4\.conf\.all\.arp_filter = 0 and net\.ipv4\.conf\.all\.arp_ignore = 0\. Then run/,
    host: (it) => {
      it.put("/proc/sys/kernel/keys/root_maxkeys", "200\n");
      it.put("/proc/sys/net/ipv4/conf/all/rp_filter", "1\n");
      it.put("/proc/sys/net/ipv4/conf/all/arp_filter", "1\n");
      it.put("/proc/sys/net/ipv4/conf/all/arp_ignore", "8\n");
    },
  },
  {
    id: "kernel.sysctl",
    when: "hardening is as Ubuntu has it",
    status: "pass",
    found: "they are",
    host: (it) => {
      it.put("/proc/sys/kernel/keys/root_maxkeys", "1000000\n");
      it.put("/proc/sys/net/ipv4/conf/all/rp_filter", "2\n");
      it.put("/proc/sys/net/ipv4/conf/all/arp_filter", "0\n");
      it.put("/proc/sys/net/ipv4/conf/all/arp_ignore", "0\n");
    },
  },
  {
    id: "kernel.sysctl",
    when: "a later file switches it on again",
    status: "pass",
    found: "they are",
    host: (it) => {
      it.put("/etc/sysctl.d/10-off.conf", "-net/ipv4/ip_forward = 0\n");
      it.put("/etc/sysctl.d/90-on.conf", "net.ipv4.ip_forward = 1\n");
    },
  },
  {
    id: "kernel.sysctl",
    when: "the kernel cannot send packets on",
    status: "fail",
    found: /has no net\.ipv4\.ip_forward/,
    host: (it) => void it.files.delete("/proc/sys/net/ipv4/ip_forward"),
  },
  {
    id: "kernel.sysctl",
    when: "a limit is not told",
    status: "error",
    found: "/proc/sys lacks fs.inotify.max_user_watches",
    host: (it) => void it.files.delete("/proc/sys/fs/inotify/max_user_watches"),
  },
  { id: "kernel.apparmor", when: "it is whole", status: "pass", found: "enabled, with its parser" },
  {
    id: "kernel.apparmor",
    when: "it is off",
    status: "pass",
    found: "AppArmor is off",
    host: (it) => it.put("/sys/module/apparmor/parameters/enabled", "N\n"),
  },
  {
    id: "kernel.apparmor",
    when: "the kernel has none",
    status: "pass",
    found: "the kernel has no AppArmor",
    host: (it) => {
      it.files.delete("/sys/module/apparmor/parameters/enabled");
      it.put("/sys/module/overlay/refcnt", "1\n");
    },
  },
  {
    id: "kernel.apparmor",
    when: "/sys is not there",
    status: "error",
    found: "/sys cannot be read",
    host: (it) => void it.files.delete("/sys/module/apparmor/parameters/enabled"),
  },
  {
    id: "kernel.apparmor",
    when: "the parser is missing",
    status: "fail",
    found: /without its parser/,
    advice: /apt install apparmor/,
    host: (it) => void it.files.delete("/usr/sbin/apparmor_parser"),
  },
  {
    id: "kernel.apparmor",
    when: "the kernel says something else",
    status: "error",
    found: 'the kernel says "?"',
    host: (it) => it.put("/sys/module/apparmor/parameters/enabled", "?\n"),
  },
  { id: "id.localhost", when: "the file is Ubuntu's", status: "pass", found: "127.0.0.1" },
  {
    id: "id.localhost",
    when: "it leads elsewhere",
    status: "fail",
    found: "it leads to 192.0.2.8",
    advice: /"127\.0\.0\.1 localhost"/,
    host: hosts("192.0.2.8 appliance-01 LOCALHOST # moved\n"),
  },
  {
    id: "id.localhost",
    when: "only IPv6 has it",
    status: "warn",
    found: /does not have the name/,
    host: hosts("::1 localhost\n"),
  },
  {
    id: "id.localhost",
    when: "it stands in a comment",
    status: "warn",
    found: /does not have/,
    host: hosts("#127.0.0.1 localhost\n"),
  },
  {
    id: "id.localhost",
    when: "the file is missing",
    status: "error",
    found: "/etc/hosts does not exist",
    host: (it) => void it.files.delete("/etc/hosts"),
  },
  { id: "id.machine-id", when: "it has one", status: "pass", found: "01234567…" },
  {
    id: "id.machine-id",
    when: "the image was never started",
    status: "fail",
    found: '"uninitialized"',
    advice: /systemd-machine-id-setup/,
    host: machineId("uninitialized\n"),
  },
  { id: "id.machine-id", when: "it is empty", status: "fail", found: "none", host: machineId("") },
  {
    id: "id.machine-id",
    when: "it is made of zeros",
    status: "fail",
    found: `"${"0".repeat(32)}"`,
    host: machineId("0".repeat(32)),
  },
  {
    id: "id.machine-id",
    when: "the file is missing",
    status: "error",
    found: "/etc/machine-id does not exist",
    host: (it) => void it.files.delete("/etc/machine-id"),
  },
];

function release(text: string): NonNullable<CheckCase["host"]> {
  return (host) => host.put("/proc/sys/kernel/osrelease", `${text}\n`);
}

function hosts(text: string): NonNullable<CheckCase["host"]> {
  return (host) => host.put("/etc/hosts", text);
}

function machineId(text: string): NonNullable<CheckCase["host"]> {
  return (host) => host.put("/etc/machine-id", text);
}
