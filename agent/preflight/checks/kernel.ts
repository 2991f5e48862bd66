import { SYSCTL_FILE } from "../../product/names.ts";
import type { Check } from "../check.ts";
import { readKernelModules } from "../facts/kernel_modules.ts";
import { couldNotCheck, fail, pass, warn } from "../outcome.ts";

/** What k3s loads or expects; one of a row is enough. @see k3s check-config.sh */
const MODULES: readonly (readonly string[])[] = [
  ["overlay"],
  ["br_netfilter"],
  ["nf_conntrack"],
  ["vxlan"],
  ["ip_tables", "nf_tables"],
];

/** Limits that a node with this many programs reaches, with the least that is enough. The kernel keeps them in /proc/sys. */
const LIMITS: readonly { key: string; least: number }[] = [
  { key: "fs.inotify.max_user_instances", least: 1024 },
  { key: "fs.inotify.max_user_watches", least: 65_536 },
];
/** What hardening sets so that pods suffer; a kernel without the setting has no such trouble. `wanted`: a value that is well. */
const HARDENED: readonly { key: string; isWrong(value: number): boolean; wanted: number; harm: string }[] = [
  {
    key: "kernel.keys.root_maxkeys",
    isWrong: (it) => it < 10_000,
    wanted: 1_000_000,
    harm: "containers need a key each",
  },
  // 2 is loose, and is what Ubuntu sets.
  {
    key: "net.ipv4.conf.all.rp_filter",
    isWrong: (it) => it === 1,
    wanted: 2,
    harm: "answers to pods may be dropped",
  },
  {
    key: "net.ipv4.conf.all.arp_filter",
    isWrong: (it) => it === 1,
    wanted: 0,
    harm: "pods may not find each other",
  },
  {
    key: "net.ipv4.conf.all.arp_ignore",
    isWrong: (it) => it > 2,
    wanted: 0,
    harm: "pods may not find each other",
  },
];
const FORWARDING = "net.ipv4.ip_forward";
/** Switched on by k3s at its start, and off again by a file whenever settings are read; with what then happens. */
const SWITCHES: Readonly<Record<string, string>> = {
  [FORWARDING]: "which cuts pods off",
  "net.ipv4.conf.all.forwarding": "which cuts pods off",
  "net.bridge.bridge-nf-call-iptables": "which keeps pods from services",
};

/** Checks of the kernel. */
export const KERNEL_CHECKS: readonly Check[] = [
  {
    id: "kernel.version",
    title: "Kernel",
    vantage: "containerd",
    overridable: true,
    async run({ facts }) {
      const expected = "Linux 5.15 or newer";
      const found = (await facts.text("/proc/sys/kernel/osrelease"))?.trim() ?? "";
      const [, major, minor] = /^(\d{1,3})\.(\d{1,4})/.exec(found) ?? [];
      const remediation =
        "Install from the appliance image, or: sudo apt install linux-generic, then sudo reboot";
      if (major === undefined || minor === undefined) {
        return couldNotCheck({ expected, found: "/proc/sys/kernel/osrelease cannot be read", remediation });
      }
      const isNew = Number(major) > 5 || Number(major) === 5 && Number(minor) >= 15;
      return isNew ? pass({ expected, found }) : fail({ expected, found, remediation });
    },
  },
  {
    id: "kernel.modules",
    title: "Kernel modules",
    vantage: "containerd",
    overridable: true,
    async run({ facts }) {
      const expected = MODULES.map((it) => it.join(" or ")).join(", ");
      const known = await readKernelModules(facts);
      const release = (await facts.text("/proc/sys/kernel/osrelease"))?.trim() ?? "";
      const remediation = `Install the rest of the kernel: sudo apt install linux-modules-extra-${
        release || "$(uname -r)"
      }`;
      if (known === undefined) {
        return couldNotCheck({ expected, found: "the kernel's modules cannot be listed", remediation });
      }
      const missing = MODULES.filter((row) => !row.some((it) => known.has(it)));
      return missing.length === 0 ? pass({ expected, found: "all of them" }) : fail({
        expected,
        found: `missing: ${missing.map((it) => it.join(" or ")).join(", ")}`,
        remediation,
      });
    },
  },
  {
    id: "kernel.sysctl",
    title: "Kernel settings",
    vantage: "cluster",
    overridable: true,
    async run({ facts, host }) {
      const expected = `${
        LIMITS.map((it) => `${it.key} ${it.least}`).join(", ")
      }; nothing that pods need is switched off`;
      const read = async (key: string) => {
        const text = (await facts.text(`/proc/sys/${key.replaceAll(".", "/")}`))?.trim();
        return text !== undefined && /^\d{1,18}$/.test(text) ? Number(text) : undefined;
      };
      if (await read(FORWARDING) === undefined) {
        return fail({
          expected,
          found: `the kernel has no ${FORWARDING}: packets of pods cannot be sent on`,
          remediation: "In the hypervisor, make a virtual machine with the kernel of Ubuntu",
        });
      }
      const values = await Promise.all(LIMITS.map(async (it) => ({ ...it, value: await read(it.key) })));
      if (values.some((it) => it.value === undefined)) {
        return couldNotCheck({
          expected,
          found: `/proc/sys lacks ${
            values.filter((it) => it.value === undefined).map((it) => it.key).join(", ")
          }`,
          remediation: "Look at what it says: sudo sysctl -a -r inotify",
        });
      }
      const low = values.filter((it) => (it.value ?? 0) < it.least);
      const hardened = await Promise.all(HARDENED.map(async (it) => ({ ...it, value: await read(it.key) })));
      const wrong = hardened.filter((it) => it.value !== undefined && it.isWrong(it.value));
      const pinned = await pinnedOff(facts, await sysctlFiles(host));
      const evidence = [...values, ...hardened].filter((it) => it.value !== undefined)
        .map((it) => `${it.key} = ${it.value}`);
      if (low.length + wrong.length + pinned.length === 0) {
        return pass({ expected, found: "they are", evidence });
      }
      const lines = [
        ...low.map((it) => `${it.key} = ${it.least}`),
        ...wrong.map((it) => `${it.key} = ${it.wanted}`),
      ];
      return warn({
        expected,
        found: [
          ...low.map((it) => `${it.key} is ${it.value}`),
          ...wrong.map((it) => `${it.key} is ${it.value}: ${it.harm}`),
          ...pinned.map((it) => `${it.path} switches ${it.key} off, ${SWITCHES[it.key]}`),
        ].join("; "),
        remediation: [
          ...pinned.map((it) => `Remove the line with ${it.key} from ${it.path}`),
          ...(lines.length === 0 ? [] : [`Write into ${SYSCTL_FILE}: ${lines.join(" and ")}`]),
          "Then run: sudo sysctl --system",
        ].join(". "),
        evidence,
      });
    },
  },
  {
    id: "kernel.apparmor",
    title: "AppArmor",
    vantage: "containerd",
    overridable: true,
    async run({ facts, host }) {
      const expected = "its parser, where it is enabled";
      const text = (await facts.text("/sys/module/apparmor/parameters/enabled"))?.trim();
      const remediation = "Install it: sudo apt install apparmor";
      if (text === undefined) {
        return await host.info("/sys/module") === undefined
          ? couldNotCheck({ expected, found: "/sys cannot be read", remediation })
          : pass({ expected, found: "the kernel has no AppArmor" });
      }
      if (text === "N") return pass({ expected, found: "AppArmor is off" });
      if (text !== "Y") {
        return couldNotCheck({ expected, found: `the kernel says "${text.slice(0, 20)}"`, remediation });
      }
      const places = ["/usr/sbin/apparmor_parser", "/sbin/apparmor_parser"];
      const there = await Promise.all(places.map((it) => host.info(it)));
      return there.some((it) => it !== undefined)
        ? pass({ expected, found: "enabled, with its parser" })
        : fail({ expected, found: "enabled, without its parser: no container would start", remediation });
    },
  },
];

/** Files that are read at each start, the last of which wins. @see sysctl.d(5) */
async function sysctlFiles(host: { list(path: string): Promise<string[] | undefined> }): Promise<string[]> {
  const folder = "/etc/sysctl.d";
  const names = (await host.list(folder) ?? []).filter((it) => it.endsWith(".conf"));
  return [...names.map((it) => `${folder}/${it}`), "/etc/sysctl.conf"];
}

/** Switches that a file turns off, each with the file that has the last word. */
async function pinnedOff(
  facts: { text(path: string): Promise<string | undefined> },
  files: readonly string[],
): Promise<{ key: string; path: string }[]> {
  const off = new Map<string, string>();
  for (const path of files) {
    for (const line of (await facts.text(path).catch(() => undefined) ?? "").split("\n")) {
      const [name = "", value = ""] = line.split("=").map((it) => it.trim());
      const key = name.replace(/^-/, "").replaceAll("/", ".");
      if (SWITCHES[key] === undefined) continue;
      if (value === "0") off.set(key, path);
      else off.delete(key);
    }
  }
  return [...off].map(([key, path]) => ({ key, path }));
}
