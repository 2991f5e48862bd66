import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  allChecks,
  type Check,
  type CheckOutcome,
  type CheckResult,
  type PreflightReport,
  runPreflight,
  standsInTheWay,
} from "../../../agent/preflight/mod.ts";
import { RealHost } from "../../../agent/host/real_host.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { COMMAND_LOG, createSimHost } from "../../simulator/sim_host.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { checkContext, greenHost } from "./check_case.ts";
import { FakeRegistry } from "./fake_registry.ts";
import { DISK_CASES } from "./disk_cases.ts";
import { KERNEL_CASES } from "./kernel_cases.ts";
import { SYSTEM_CASES } from "./system_cases.ts";
import { FIREWALL_CASES } from "./firewall_cases.ts";
import { PATH_CASES } from "./path_cases.ts";
import { TRUST_CASES } from "./trust_cases.ts";
import { MACHINE_CASES } from "./machine_cases.ts";
import { NETWORK_CASES } from "./network_cases.ts";
import { REGISTRY_CASES } from "./registry_cases.ts";
import { UPGRADE_PATH_CASES } from "./upgrade_path_cases.ts";
import { REGISTRY_SPEED_CASES } from "./registry_speed_cases.ts";
import { DISK_HEALTH_CASES } from "./disk_health_cases.ts";
import { DUPLICATE_ADDRESS_CASES } from "./duplicate_address_cases.ts";
import { SIGNATURE_CASES } from "./signature_cases.ts";
import { SOURCE_CASES } from "./source_cases.ts";

/** Ids are stored and shown, so they are never renamed. */
const IDS =
  "os.release os.arch os.root hw.cpu hw.memory disk.total disk.used disk.readonly kernel.cgroup time.skew id.hostname net.interface net.default-route net.cidr net.ports-tcp dns.servers dns.resolve dns.app-host proxy.syntax proxy.connect k3s.sources flux.definitions reg.mirrors reg.dns reg.tcp reg.tls reg.auth rel.channel rel.schema rel.signature rel.signature-kept rel.images state.previous os.pkg-lock os.reboot-required os.failed-units os.security-tools hw.virt hw.cpu-features hw.swap disk.forecast disk.inodes disk.fs disk.latency kernel.version kernel.modules kernel.sysctl kernel.apparmor id.localhost id.machine-id time.sync os.firewall net.pod-path net.address net.mtu net.ports-udp net.conflict-k8s dns.loop dns.search-wildcard proxy.no-proxy net.captive reg.tls-chain reg.blob-host mirror.complete disk.smart net.duplicate-ip net.ipv6-broken reg.throughput rel.upgrade-path k3s.binary"
    .split(" ");

/** Played in tests of their own, on sockets. */
const PLAYED_ON_SOCKETS = ["dns.resolve", "dns.search-wildcard", "net.ipv6-broken", "proxy.connect"];

const checkOf = (run: Check["run"], overridable = false): Check => ({
  id: "test.check",
  title: "Test",
  vantage: "agent",
  overridable,
  run,
});

const PASS = { status: "pass", expected: "a", found: "b", remediation: "" } as const;

async function runAlone(check: Check, options: { timeoutMs?: number } = {}): Promise<CheckResult> {
  const { results } = await runPreflight(checkContext(), { checks: [check], ...options });
  const [result] = results;
  assert.ok(result);
  return result;
}

Deno.test("allChecks() is the list of the catalogue, each once", () => {
  const checks = allChecks(checkContext());
  assert.deepEqual(checks.map((it) => it.id).sort(), [...IDS].sort());
  assert.equal(new Set(checks.map((it) => it.title)).size, checks.length, "titles tell checks apart");
});

Deno.test("every check has a case that passes and one that does not", () => {
  const cases = [
    ...MACHINE_CASES,
    ...SYSTEM_CASES,
    ...DISK_CASES,
    ...KERNEL_CASES,
    ...FIREWALL_CASES,
    ...PATH_CASES,
    ...TRUST_CASES,
    ...NETWORK_CASES,
    ...REGISTRY_CASES,
    ...UPGRADE_PATH_CASES,
    ...REGISTRY_SPEED_CASES,
    ...DISK_HEALTH_CASES,
    ...DUPLICATE_ADDRESS_CASES,
    ...SOURCE_CASES,
    ...SIGNATURE_CASES,
  ];
  for (const id of IDS.filter((it) => !PLAYED_ON_SOCKETS.includes(it))) {
    const statuses = cases.filter((it) => it.id === id).map((it) => it.status);
    assert.ok(statuses.includes("pass"), `${id} can pass`);
    assert.ok(statuses.some((it) => it === "fail" || it === "warn"), `${id} can be red`);
  }
});

Deno.test("runPreflight() on a whole machine finds nothing wrong", async () => {
  const mirror = "http://127.0.0.1:5000";
  const report = await runPreflight(checkContext({ mirrors: { "ghcr.io": mirror, "docker.io": mirror } }));
  const bad = report.results.filter((it) => it.status !== "pass" && it.status !== "skipped");
  assert.deepEqual(bad, []);
  assert.deepEqual(report.results.filter(standsInTheWay), []);
});

Deno.test("runPreflight() on a machine that answers nothing passes nothing that needs an answer", async () => {
  const host = greenHost();
  host.files.clear();
  host.commands.clear();
  host.writeError = "no disk";
  const registry = new FakeRegistry();
  registry.pingFailures.set("ghcr.io", "tcp");
  registry.readFailure = "tcp";
  const downloadUrl = `http://127.0.0.1:${CLOSED_PORT}`;
  const report = await runPreflight(checkContext({ host, registry, downloadUrl }));
  // The processor type is known without the host, and Flux's definitions may be in this program; that no earlier installation is there is what an empty disk shows.
  const passed = report.results.filter((it) => it.status === "pass" && it.id !== "flux.definitions").map((
    it,
  ) => it.id);
  assert.deepEqual(passed, ["os.arch", "state.previous"]);
  assert.ok(report.results.some(standsInTheWay));
});

Deno.test("runPreflight() reads the release once for all checks", async () => {
  const registry = new FakeRegistry();
  await runPreflight(checkContext({ registry }));
  assert.equal(registry.reads, 1);
});

Deno.test("runPreflight() changes nothing on the host but its own probe, and makes no folder", async () => {
  const host = greenHost();
  await runPreflight(checkContext({ host }));
  assert.deepEqual(changes(host), [
    "measure /",
    "write /.alga-write-test 600",
    "remove /.alga-write-test",
  ]);
  const appliance = greenHost();
  appliance.folders.set(PATHS.stateDir, 0o750);
  appliance.folders.set("/var/mnt/alga-data", 0o755);
  await runPreflight(checkContext({ host: appliance }));
  assert.deepEqual(changes(appliance), [
    "measure /var/lib",
    `write ${PATHS.stateDir}/.alga-write-test 600`,
    `remove ${PATHS.stateDir}/.alga-write-test`,
    "write /var/mnt/alga-data/.alga-write-test 600",
    "remove /var/mnt/alga-data/.alga-write-test",
  ]);
});

/** What only was run is left out. */
function changes(host: { record: readonly string[] }): string[] {
  return host.record.filter((it) => !it.startsWith("run "));
}

Deno.test("runPreflight() leaves every file of a real tree as it was", async () => {
  const root = await Deno.makeTempDir();
  try {
    await createSimHost(root);
    const context = checkContext({ host: new RealHost(root) });
    await Deno.remove(`${root}${COMMAND_LOG}`); // the stand-ins write down that they were called
    const before = await contentsOf(root);
    const { results } = await runPreflight(context);
    assert.equal(results.find((it) => it.id === "disk.latency")?.found.startsWith("99 of 100"), true);
    await Deno.remove(`${root}${COMMAND_LOG}`);
    assert.deepEqual(await contentsOf(root), before);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/** Path, kind, mode and checksum of everything. */
async function contentsOf(root: string): Promise<string[]> {
  return await Promise.all((await treeOf(root)).map(async (name) => {
    const path = `${root}/${name}`;
    const { isFile, mode } = await Deno.lstat(path);
    const text = isFile ? await Deno.readTextFile(path) : "";
    return `${name} ${isFile} ${mode} ${createHash("sha256").update(text).digest("hex")}`;
  }));
}

Deno.test("disk.readonly leaves nothing behind on real files, on an appliance and elsewhere", async () => {
  for (const folders of [["/var/lib"], ["/var/lib/alga-appliance", "/var/mnt/alga-data"]]) {
    const root = await Deno.makeTempDir();
    try {
      for (const it of folders) await Deno.mkdir(`${root}${it}`, { recursive: true });
      const before = await treeOf(root);
      const context = checkContext({ host: new RealHost(root) });
      const checks = allChecks(context).filter((it) => it.id === "disk.readonly");
      const { results } = await runPreflight(context, { checks });
      assert.equal(results[0]?.status, "pass", JSON.stringify(results));
      assert.deepEqual(await treeOf(root), before);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  }
});

async function treeOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const it of Deno.readDir(folder)) {
    names.push(it.name);
    if (it.isDirectory) {
      names.push(...(await treeOf(`${folder}/${it.name}`)).map((name) => `${it.name}/${name}`));
    }
  }
  return names.sort();
}

Deno.test("runPreflight() turns a throwing check into error", async () => {
  for (
    const run of [() => Promise.reject(new Error("broke\n  here")), () => {
      throw new Error("broke\n  here");
    }]
  ) {
    const result = await runAlone(checkOf(run));
    assert.deepEqual([result.status, result.found], ["error", "broke here"]);
    assert.notEqual(result.remediation, "");
  }
});

Deno.test("runPreflight() turns a late check into error and ends its work", async () => {
  let isStopped = false;
  const result = await runAlone(
    checkOf(({ signal }) => {
      signal.addEventListener("abort", () => isStopped = true);
      return new Promise(() => {});
    }),
    { timeoutMs: 20 },
  );
  assert.deepEqual([result.status, result.found], ["error", "not done within 0.02 s"]);
  assert.ok(isStopped);
});

Deno.test("runPreflight() ends at once when it is cancelled, before or during the checks", async () => {
  const hanging = checkOf(() => new Promise(() => {}));
  const before = AbortSignal.abort(new Error("stopped"));
  const during = new AbortController();
  const pending = runPreflight(checkContext({ signal: during.signal }), { checks: [hanging] });
  during.abort(new Error("stopped"));
  for (
    const report of [
      await runPreflight(checkContext({ signal: before }), { checks: [hanging] }),
      await pending,
    ]
  ) {
    assert.deepEqual(report.results.map((it) => [it.status, it.found]), [["error", "stopped"]]);
  }
});

Deno.test("no credential that a check met is in its report, whatever the check says or throws", async () => {
  const told = "https://bob:Geheim77@mirror.example/v2/?token=Geheim77";
  const outcome: CheckOutcome = {
    status: "fail",
    expected: `an answer of ${told}`,
    found: `${told} said password=Geheim77`,
    remediation: `Ask ${told} again`,
    evidence: [told, "Authorization: Bearer Geheim77Geheim77"],
  };
  const said = await runAlone(checkOf(() => Promise.resolve(outcome)));
  const thrown = await runAlone(checkOf(() => Promise.reject(new Error(`no answer from ${told}`))));
  for (const result of [said, thrown]) {
    assert.ok(!JSON.stringify(result).includes("Geheim77"), JSON.stringify(result));
    assert.match(result.found, /mirror\.example/);
  }
  assert.equal(said.evidence?.length, 2);
});

Deno.test("runPreflight() runs the checks side by side", async () => {
  let running = 0;
  let release: () => void = () => {};
  const all = new Promise<void>((resolve) => release = resolve);
  const check = checkOf(async () => {
    if (++running === 3) release();
    await all; // one after the other would wait for ever
    return PASS;
  });
  const { results } = await runPreflight(checkContext(), {
    checks: [check, check, check],
    timeoutMs: 60_000,
  });
  assert.deepEqual(results.map((it) => it.status), ["pass", "pass", "pass"]);
});

Deno.test("a report keeps its shape in JSON", async () => {
  const report: PreflightReport = JSON.parse(JSON.stringify(await runPreflight(checkContext())));
  assert.deepEqual(Object.keys(report), ["startedAt", "finishedAt", "results"]);
  assert.match(report.startedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  for (const it of report.results) {
    const { evidence, ...rest } = it;
    assert.deepEqual(
      Object.keys(rest).sort(),
      ["durationMs", "expected", "found", "id", "overridable", "remediation", "status", "title", "vantage"],
    );
    assert.ok(Number.isInteger(it.durationMs) && it.durationMs >= 0);
    assert.ok(evidence === undefined || Array.isArray(evidence));
  }
});
