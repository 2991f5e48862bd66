import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  allChecks,
  type CheckContext,
  type CheckInputs,
  type CheckResult,
  type CheckStatus,
  runPreflight,
} from "../../../agent/preflight/mod.ts";
import type { RegistryClient } from "../../../agent/registry/registry.ts";
import type { SetupInputs } from "../../../agent/setup/inputs/schema.ts";
import { systemClock } from "../../../agent/clock.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { standInCrds } from "../../simulator/sim_host.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../trust/site_key.ts";
import { FakeRegistry } from "./fake_registry.ts";

const GIB = 1024 ** 3;

/** One way a check can end, with the words that people see. */
export interface CheckCase {
  id: string;
  /** Completes "<check> …". */
  when: string;
  status: CheckStatus;
  found: string | RegExp;
  /** Words that the advice must hold. */
  advice?: RegExp;
  /** The whole of it. */
  evidence?: readonly string[];
  host?: (host: FakeHost) => void;
  registry?: (registry: FakeRegistry) => void;
  context?: Partial<Omit<CheckContext, "inputs">>;
  inputs?: Partial<CheckInputs>;
}

export function diskAnswer(sizeGib: number, usedGib: number, target = "/"): { stdout: string } {
  const disk = {
    target,
    size: sizeGib * GIB,
    used: usedGib * GIB,
    avail: (sizeGib - usedGib) * GIB,
    fstype: "ext4",
  };
  return { stdout: JSON.stringify({ filesystems: [disk] }) };
}

export function addressAnswer(
  interfaces: readonly {
    name: string;
    addresses: string[];
    isUp?: boolean;
    isDynamic?: boolean;
    mtu?: number;
  }[],
): { stdout: string } {
  return {
    stdout: JSON.stringify(interfaces.map((it) => ({
      ifname: it.name,
      flags: it.isUp === false ? ["UP"] : ["UP", "LOWER_UP"],
      mtu: it.mtu ?? 1500,
      address: "52:54:00:aa:bb:01",
      addr_info: it.addresses.map((local) => ({
        family: "inet",
        local,
        prefixlen: 24,
        ...(it.isDynamic ? { dynamic: true } : {}),
      })),
    }))),
  };
}

export function routeAnswer(destinations: readonly string[], device = "ens3"): { stdout: string } {
  return {
    stdout: JSON.stringify(destinations.map((dst) => ({
      dst,
      dev: device,
      ...(dst === "default" ? { gateway: "192.0.2.1" } : {}),
    }))),
  };
}

const sum = (text: string) => createHash("sha256").update(text).digest("hex");

/** What systemd says of its services, as `systemctl list-units -o json` does. */
export function servicesAnswer(units: Readonly<Record<string, string>>): { stdout: string } {
  return {
    stdout: JSON.stringify(
      Object.entries(units).map(([name, active]) => ({
        unit: `${name}.service`,
        load: "loaded",
        active,
        sub: active === "active" ? "running" : "dead",
        description: name,
      })),
    ),
  };
}

/** Features of an ordinary processor, as /proc/cpuinfo names them. */
export const CPU_FLAGS =
  "fpu sse2 ht syscall nx lm pni pclmulqdq ssse3 cx16 sse4_1 sse4_2 popcnt aes avx avx2 lahf_lm";
export const KERNEL_RELEASE = "6.8.0-88-generic";

/** What the installation image brings. */
export const PAYLOAD = {
  [PATHS.k3sPayload]: "the binary",
  [PATHS.k3sInstallerPayload]: "the installer",
  [PATHS.k3sPin]: JSON.stringify({
    version: "v1.36.5+k3s1",
    binarySha256: sum("the binary"),
    installerSha256: sum("the installer"),
  }),
  [PATHS.fluxCrdsPayload]: standInCrds(),
};

/** A machine on which every check of the machine passes. */
export function greenHost(): FakeHost {
  return new FakeHost({
    ...PAYLOAD,
    "/etc/os-release": 'PRETTY_NAME="Ubuntu 24.04.5 LTS"\nVERSION_ID="24.04"\nID=ubuntu\n',
    "/etc/hostname": "appliance-01\n",
    "/proc/sys/kernel/arch": "x86_64\n",
    "/proc/self/status": "Name:\talga-agent\nUid:\t0\t0\t0\t0\n",
    "/proc/1/comm": "systemd\n",
    "/proc/cpuinfo": [0, 1, 2, 3].map((it) => `processor\t: ${it}\nflags\t\t: ${CPU_FLAGS}\n`).join("\n"),
    "/proc/swaps": "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n",
    "/proc/uptime": "7200.00 28000.00\n",
    "/proc/sys/kernel/osrelease": `${KERNEL_RELEASE}\n`,
    "/proc/sys/net/ipv4/ip_forward": "0\n",
    "/proc/sys/fs/inotify/max_user_instances": "1024\n",
    "/proc/sys/fs/inotify/max_user_watches": "124000\n",
    [`/lib/modules/${KERNEL_RELEASE}/modules.builtin`]: "kernel/net/netfilter/nf_conntrack.ko\n",
    [`/lib/modules/${KERNEL_RELEASE}/modules.dep`]: [
      "kernel/fs/overlayfs/overlay.ko.zst:",
      "kernel/net/bridge/br_netfilter.ko.zst: kernel/net/bridge/bridge.ko.zst",
      "kernel/drivers/net/vxlan/vxlan.ko.zst: kernel/net/ipv4/udp_tunnel.ko.zst",
      "kernel/net/ipv4/netfilter/ip_tables.ko.zst:",
      "",
    ].join("\n"),
    "/sys/module/apparmor/parameters/enabled": "Y\n",
    "/sys/devices/system/clocksource/clocksource0/current_clocksource": "kvm-clock\n",
    "/usr/sbin/apparmor_parser": "",
    "/etc/ssl/certs/ca-certificates.crt": "-----BEGIN CERTIFICATE-----",
    "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 appliance-01\n::1 localhost ip6-localhost\n",
    "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "/run/utmp": "",
    "/sys/block/loop0/size": "0\n",
    [SITE_KEY_PATH]: SITE_PUBLIC_KEY,
    "/proc/meminfo": "MemTotal:       16384000 kB\n",
    "/proc/net/udp": "  sl  local_address rem_address   st\n",
    "/proc/net/tcp": "  sl  local_address rem_address   st\n",
    "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
    "/run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\nnameserver 192.0.2.54\n",
  }, {
    findmnt: diskAnswer(200, 30),
    stat: { stdout: "13107200 12800000\n" },
    systemctl: servicesAnswer({ "systemd-networkd": "active", ssh: "active" }),
    openssl: {},
    nft: { stdout: '{"nftables": [{"metainfo": {"version": "1.0.9"}}]}' },
    "systemd-detect-virt": { stdout: "kvm\n" },
    timedatectl: { stdout: "NTP=yes\nNTPSynchronized=yes\n" },
    "ip -j addr show": addressAnswer([{ name: "lo", addresses: ["127.0.0.1"] }, {
      name: "ens3",
      addresses: ["192.0.2.8"],
    }]),
    "ip -j route show": routeAnswer(["default", "192.0.2.0/24"]),
  });
}

export const INPUTS: SetupInputs = {
  channel: "stable",
  releaseRef: "",
  appUrl: "http://192.0.2.8:3000",
  dnsMode: "system",
  dnsServers: [],
  proxyUrl: "",
  noProxy: "",
  publicNames: "",
  signatures: "warn",
  tenantName: "Sample",
  adminFirstName: "Ada",
  adminLastName: "Sample",
  adminEmail: "ada@example.com",
  adminPassword: "not-checked",
};

/** Mirrors by address, so that a check of something else asks no name server. */
export const MIRRORS = { "ghcr.io": "http://127.0.0.1:5000" };

export function checkContext(
  options: Partial<Omit<CheckContext, "inputs">> & { inputs?: Partial<CheckInputs> } = {},
): CheckContext {
  return {
    host: greenHost(),
    clock: systemClock,
    registry: new FakeRegistry() as RegistryClient,
    mirrors: MIRRORS,
    agentPort: 8080,
    signal: new AbortController().signal,
    ...options,
    inputs: { ...INPUTS, ...options.inputs },
  };
}

/** Runs one check of the whole list, as the runner would. */
export async function runOne(id: string, context: CheckContext): Promise<CheckResult> {
  const checks = allChecks(context).filter((it) => it.id === id);
  assert.equal(checks.length, 1, `exactly one check is called ${id}`);
  const { results } = await runPreflight(context, { checks });
  const [result] = results;
  assert.ok(result);
  return result;
}

export async function playCase(it: CheckCase): Promise<CheckResult> {
  const host = greenHost();
  const registry = new FakeRegistry();
  it.host?.(host);
  it.registry?.(registry);
  return await runOne(
    it.id,
    checkContext({ host, registry, ...it.context, ...(it.inputs ? { inputs: it.inputs } : {}) }),
  );
}

/** One test per case; also that the words fit the outcome, so that texts of two outcomes cannot be swapped. */
export function testCases(cases: readonly CheckCase[]): void {
  for (const it of cases) {
    Deno.test(`${it.id} ${it.status === "pass" ? "passes" : `gives ${it.status}`} when ${it.when}`, async () => {
      const result = await playCase(it);
      assert.equal(result.status, it.status, JSON.stringify(result));
      if (typeof it.found === "string") assert.equal(result.found, it.found);
      else assert.match(result.found, it.found);
      assert.notEqual(result.expected, "");
      if (it.status === "pass" || it.status === "skipped") assert.equal(result.remediation, "");
      else assert.notEqual(result.remediation, "");
      if (it.advice) assert.match(result.remediation, it.advice);
      if (it.evidence) assert.deepEqual(result.evidence, it.evidence);
      assert.doesNotMatch(`${result.expected}${result.remediation}`, /please|sorry|\.$/i);
    });
  }
}
