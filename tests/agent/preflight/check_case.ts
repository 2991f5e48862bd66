import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  allChecks,
  type CheckContext,
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
  host?: (host: FakeHost) => void;
  registry?: (registry: FakeRegistry) => void;
  context?: Partial<Omit<CheckContext, "inputs">>;
  inputs?: Partial<SetupInputs>;
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
  interfaces: readonly { name: string; addresses: string[]; isUp?: boolean }[],
): { stdout: string } {
  return {
    stdout: JSON.stringify(interfaces.map((it) => ({
      ifname: it.name,
      flags: it.isUp === false ? ["UP"] : ["UP", "LOWER_UP"],
      addr_info: it.addresses.map((local) => ({ family: "inet", local, prefixlen: 24, dynamic: true })),
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
    "/proc/cpuinfo": "processor\t: 0\n\nprocessor\t: 1\n\nprocessor\t: 2\n\nprocessor\t: 3\n",
    "/proc/meminfo": "MemTotal:       16384000 kB\n",
    "/proc/net/tcp": "  sl  local_address rem_address   st\n",
    "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
    "/run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\nnameserver 192.0.2.54\n",
  }, {
    findmnt: diskAnswer(200, 30),
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
  tenantName: "Sample",
  adminFirstName: "Ada",
  adminLastName: "Sample",
  adminEmail: "ada@example.com",
  adminPassword: "not-checked",
};

/** Mirrors by address, so that a check of something else asks no name server. */
export const MIRRORS = { "ghcr.io": "http://127.0.0.1:5000" };

export function checkContext(
  options: Partial<Omit<CheckContext, "inputs">> & { inputs?: Partial<SetupInputs> } = {},
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
      assert.doesNotMatch(`${result.expected}${result.remediation}`, /please|sorry|\.$/i);
    });
  }
}
