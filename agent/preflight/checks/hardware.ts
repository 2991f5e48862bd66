import type { Check } from "../check.ts";
import { couldNotCheck, fail, pass, warn } from "../outcome.ts";

/** What x86-64-v2 adds, as the kernel calls it. @see System V ABI, AMD64 supplement 3.1.1 */
const V2_FLAGS = ["cx16", "lahf_lm", "pni", "popcnt", "sse4_1", "sse4_2", "ssse3"] as const;
/** Without these everything works, only slower. */
const FAST_FLAGS = ["aes", "avx2", "pclmulqdq"] as const;
const CPU_TYPE_HOST =
  'Set the processor type of the virtual machine to "host" (Proxmox: qm set VMID --cpu host), then switch it off and on';

/** What `systemd-detect-virt` calls a virtual machine, and what people call it. @see systemd-detect-virt(1) */
const HYPERVISORS: { readonly [word: string]: string } = {
  none: "no hypervisor",
  kvm: "KVM",
  vmware: "VMware",
  microsoft: "Hyper-V",
  oracle: "VirtualBox",
  xen: "Xen",
  bhyve: "bhyve",
  apple: "Apple virtualization",
  parallels: "Parallels",
  amazon: "Amazon EC2",
  google: "Google Compute Engine",
  qnx: "QNX",
  acrn: "ACRN",
  powervm: "PowerVM",
  zvm: "z/VM",
  sre: "SRE",
  uml: "User-mode Linux",
};
/** Containers that share the kernel of their host. */
const CONTAINERS = [
  "openvz",
  "lxc",
  "lxc-libvirt",
  "systemd-nspawn",
  "docker",
  "podman",
  "rkt",
  "wsl",
  "proot",
  "pouch",
  "container-other",
];

/** Checks of what the hypervisor gives. */
export const HARDWARE_CHECKS: readonly Check[] = [
  {
    id: "hw.virt",
    title: "Virtual machine",
    vantage: "cluster",
    overridable: true,
    async run({ facts, host }) {
      const expected = "a virtual machine, or a machine of its own";
      const reply = await host.run(["systemd-detect-virt"], { timeoutMs: 3_000 });
      // It ends with 1 for "none".
      const word = reply.stdout.trim();
      const clock = (await facts.text("/sys/devices/system/clocksource/clocksource0/current_clocksource"))
        ?.trim();
      const evidence = [`systemd-detect-virt: ${word || "nothing"}`, `Clock source: ${clock ?? "unknown"}`];
      const remediation = "Look at what it says: sudo systemd-detect-virt";
      if (!/^[a-z0-9-]{2,40}$/.test(word)) {
        return couldNotCheck({ expected, found: "systemd-detect-virt says nothing", remediation, evidence });
      }
      if (CONTAINERS.includes(word)) {
        return fail({
          expected,
          found: `a container (${word}) that shares the kernel of its host`,
          remediation:
            'In the hypervisor, import the appliance image as a virtual machine (Proxmox: "Create VM", not "Create CT"): Kubernetes needs a kernel of its own',
          evidence,
        });
      }
      if (word === "qemu") {
        return warn({
          expected,
          found: "QEMU without hardware virtualization: everything is many times slower",
          remediation:
            "Switch on VT-x or AMD-V in the firmware of the host, and KVM for this machine in the hypervisor",
          evidence,
        });
      }
      const name = Object.hasOwn(HYPERVISORS, word) ? HYPERVISORS[word] : undefined;
      return name === undefined
        ? warn({
          expected,
          found: `a hypervisor that this agent does not know (${word})`,
          remediation:
            "Accept it where other virtual machines with Linux run well; tell Alga support its name",
          evidence,
        })
        : pass({ expected, found: name, evidence });
    },
  },
  {
    id: "hw.cpu-features",
    title: "Processor features",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "x86-64-v2 or newer, with aes and avx2";
      const line = /^flags\s*:(.*)$/m.exec(await facts.text("/proc/cpuinfo") ?? "")?.[1];
      const remediation = CPU_TYPE_HOST;
      if (line === undefined) {
        return couldNotCheck({ expected, found: "/proc/cpuinfo names no features", remediation });
      }
      const flags = line.split(/\s+/);
      const evidence = [`flags:${line}`.slice(0, 2_000)];
      const missing = V2_FLAGS.filter((it) => !flags.includes(it));
      if (missing.length > 0) {
        return fail({
          expected,
          found: `older than x86-64-v2: without ${missing.join(", ")}; programs of the release do not start`,
          remediation,
          evidence,
        });
      }
      const slow = FAST_FLAGS.filter((it) => !flags.includes(it));
      return slow.length === 0 ? pass({ expected, found: "x86-64-v2 or newer", evidence }) : warn({
        expected,
        found: `without ${slow.join(", ")}: encryption and database are slower`,
        remediation,
        evidence,
      });
    },
  },
  {
    id: "hw.swap",
    title: "Swap",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "off";
      const remediation = "Switch it off: sudo swapoff -a, and remove its line from /etc/fstab";
      const text = await facts.text("/proc/swaps");
      if (text === undefined) {
        return couldNotCheck({ expected, found: "/proc/swaps cannot be read", remediation });
      }
      const places = text.split("\n").slice(1).map((it) => it.trim().split(/\s+/)[0] ?? "").filter(Boolean);
      return places.length === 0
        ? pass({ expected, found: "off" })
        : warn({ expected, found: `on: ${places.join(", ")}`, remediation });
    },
  },
];
