import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { COLLECTORS } from "../../../agent/bundle/collectors.ts";
import { CHECK_COLLECTORS, isOfNetwork } from "../../../agent/bundle/collectors/checks.ts";
import { CERTIFICATES } from "../../../agent/bundle/collectors/certificates.ts";
import { DISK_HEALTH } from "../../../agent/bundle/collectors/disk_health.ts";
import { hostCollector } from "../../../agent/bundle/from_host.ts";
import { bundleText } from "../../../agent/bundle/read_bundle.ts";
import { checkIds, type CheckResult, type PreflightReport } from "../../../agent/preflight/mod.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { makeCertificate, makeKey } from "../../../agent/tls/make_certificate.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { allText, makeBundle, sourcesOf } from "./make_bundle.ts";

/** Each part of the catalogue (4.2) with the collector that has it; what is not here has its own id. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "k3s.certs": "k3s.config",
  "k3s.images": "k3s.config",
  "flux.sources": "flux.objects",
  "flux.kustomizations": "flux.objects",
  "flux.helmreleases": "flux.objects",
  "flux.helm-storage": "kube.secrets", // release, revision and status are labels
  "flux.logs": "app.pods-logs",
  "app.bootstrap": "app.pods-logs",
  "app.health": "agent.status", // the probe of the address is part of what was judged
  "release.manifest": "agent.state",
};
const CATALOGUE =
  "agent.state agent.status agent.preflight agent.journal agent.self host.identity host.resources host.disks host.kernel host.units host.journal host.packages host.security-tools host.firewall host.autoinstall net.config net.dns net.proxy net.reach net.certs k3s.version k3s.certs k3s.images kube.nodes kube.workloads kube.storage kube.events kube.config kube.secrets kube.network kube.quota flux.sources flux.kustomizations flux.helmreleases flux.helm-storage flux.logs app.pods-logs app.bootstrap app.health release.manifest update.history"
    .split(" ");

Deno.test("every part of the catalogue is collected, and no id is there twice", () => {
  const ids = COLLECTORS.map((it) => it.id);
  assert.deepEqual(CATALOGUE.filter((it) => !ids.includes(ELSEWHERE[it] ?? it)), []);
  assert.equal(new Set(ids).size, ids.length);
});

const check = (id: string, status: CheckResult["status"], found: string): CheckResult => ({
  id,
  title: id,
  vantage: "agent",
  overridable: false,
  status,
  expected: "x",
  found,
  remediation: "",
  durationMs: 1,
});
const report = (...results: CheckResult[]): PreflightReport => ({
  startedAt: "2026-11-26T12:00:00.000Z",
  finishedAt: "2026-11-26T12:00:01.000Z",
  results,
});

Deno.test("checks are run again and stand beside what setup found", async () => {
  const asked: string[] = [];
  const sources = sourcesOf();
  sources.checks = {
    now: (isWanted) => {
      const wanted = checkIds().filter(isWanted);
      asked.push(...wanted);
      const all = [
        check("reg.tcp", "fail", "refused by http://bob:word-of-bob@proxy.example"),
        check("hw.memory", "pass", "16 GiB"),
        check("os.security-tools", "warn", "Falcon (falcon-sensor.service)"),
      ];
      return Promise.resolve(report(...all.filter((it) => isWanted(it.id))));
    },
    atSetup: () => Promise.resolve(report(check("reg.tcp", "pass", "it answers"))),
  };
  const bundle = await makeBundle({ sources, collectors: CHECK_COLLECTORS });
  const reach = JSON.parse(bundleText(bundle, "network/reach.json") ?? "");
  assert.deepEqual(reach.changed, ["reg.tcp"]);
  assert.deepEqual(reach.results[0].atSetup, { status: "pass", found: "it answers" });
  assert.match(reach.results[0].found, /^refused by http:\/\/[^@]*redacted[^@]*@proxy\.example$/);
  const now = JSON.parse(bundleText(bundle, "preflight/now.json") ?? "");
  assert.deepEqual(now.results.map((it: CheckResult) => it.id), ["hw.memory", "os.security-tools"]);
  assert.equal(JSON.parse(bundleText(bundle, "preflight/at-setup.json") ?? "").results.length, 1);
  assert.deepEqual(JSON.parse(bundleText(bundle, "host/security-tools.json") ?? ""), {
    status: "warn",
    found: "Falcon (falcon-sensor.service)",
  });
  // Each check once, that of security software by its own collector, too.
  assert.deepEqual(asked.toSorted(), [...checkIds(), "os.security-tools"].toSorted());
  assert.ok(["reg.tls", "dns.resolve", "proxy.connect", "time.skew", "net.captive"].every(isOfNetwork));
});

Deno.test("before setup there are no checks of it, and checks that cannot be run are told", async () => {
  const sources = sourcesOf();
  sources.checks = { ...sources.checks, now: () => Promise.reject(new Error("no network")) };
  const { manifest } = await makeBundle({ sources, collectors: CHECK_COLLECTORS });
  const [first, ...others] = manifest.collectors;
  assert.deepEqual(first?.absent, ["checks of setup"]);
  assert.deepEqual([first, ...others].map((it) => it?.missing[0]?.why), Array(3).fill("no network"));
});

Deno.test("certificates are told by name and time; no key is read", async () => {
  const key = makeKey();
  const certificate = await makeCertificate(key, {
    names: ["appliance-01"],
    notBefore: new Date("2026-11-26T12:00:00Z"),
    notAfter: new Date("2027-11-26T12:00:00Z"),
  });
  const made = { key, certificate, names: ["appliance-01"] };
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const host = new FakeHost({
    [PATHS.siteCertificate]: `${made.certificate}${made.certificate}`,
    [PATHS.siteCertificateKey]: made.key,
    [PATHS.selfSigned]: JSON.stringify(made),
    [PATHS.kubeconfig]: `clusters:\n- cluster:\n    certificate-authority-data: ${
      base64(made.certificate)
    }\nusers:\n- user:\n    client-key-data: ${base64(made.key)}\n`,
    "/var/lib/rancher/k3s/server/tls/client-ca.crt": made.certificate,
    "/var/lib/rancher/k3s/server/tls/client-ca.key": made.key,
    "/var/lib/rancher/k3s/server/tls/broken.crt":
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  });
  const bundle = await makeBundle({ sources: sourcesOf({ host }), collectors: [CERTIFICATES] });
  const rows = JSON.parse(bundleText(bundle, "network/certificates.json") ?? "");
  assert.deepEqual(rows.map((it: { from: string }) => it.from), [
    PATHS.siteCertificate,
    PATHS.siteCertificate,
    PATHS.selfSigned,
    PATHS.kubeconfig,
    "/var/lib/rancher/k3s/server/tls/client-ca.crt",
  ]);
  assert.match(rows[0].subject, /appliance-01/);
  assert.match(rows[0].validTo, /2027/);
  const [row] = bundle.manifest.collectors;
  assert.deepEqual(row?.missing.map((it) => it.what), ["/var/lib/rancher/k3s/server/tls/broken.crt"]);
  assert.deepEqual(row?.absent, ["openssl"]);
  assert.ok(!allText(bundle).includes("PRIVATE"));
});

Deno.test("behind a proxy the registry is not asked directly for its certificate", async () => {
  const host = new FakeHost({ [PATHS.k3sEnvironment]: "HTTPS_PROXY=http://proxy.example:3128\n" }, {
    openssl: { stdout: "Certificate chain\n" },
  });
  const { files } = await makeBundle({ sources: sourcesOf({ host }), collectors: [CERTIFICATES] });
  assert.ok(!files.has("network/registry-certificates.txt"));
  const direct = new FakeHost({}, { openssl: { stdout: "Certificate chain\n" } });
  const other = await makeBundle({ sources: sourcesOf({ host: direct }), collectors: [CERTIFICATES] });
  assert.match(bundleText(other, "network/registry-certificates.txt") ?? "", /Certificate chain/);
});

Deno.test("the health of each disk is asked without its serial number, and a failing one is no failed part", async () => {
  const host = new FakeHost({}, {
    smartctl: (args) =>
      args[0] === "--scan"
        ? { stdout: "/dev/sda -d scsi # /dev/sda, SCSI device\n/dev/nvme0 -d nvme # x\n; rm -rf /\n" }
        : { code: 8, stdout: "SMART overall-health self-assessment test result: FAILED!\n" },
  });
  const bundle = await makeBundle({ sources: sourcesOf({ host }), collectors: [DISK_HEALTH] });
  assert.equal(bundle.manifest.collectors[0]?.status, "complete");
  assert.match(bundleText(bundle, "host/smart-nvme0.txt") ?? "", /FAILED/);
  assert.deepEqual(host.record.filter((it) => it.includes("--health")), [
    "run smartctl -d scsi --health --attributes /dev/sda",
    "run smartctl -d nvme --health --attributes /dev/nvme0",
  ]);
  const scan = Array.from({ length: 18 }, (_, i) => `/dev/d${i} -d scsi\n`).join("");
  const many = new FakeHost({}, { smartctl: (args) => ({ stdout: args[0] === "--scan" ? scan : "PASSED" }) });
  const { manifest } = await makeBundle({ sources: sourcesOf({ host: many }), collectors: [DISK_HEALTH] });
  assert.deepEqual(manifest.collectors[0]?.missing.map((it) => it.what), ["/dev/d16", "/dev/d17"]);
  const none = await makeBundle({ collectors: [DISK_HEALTH] });
  assert.equal(none.manifest.collectors[0]?.status, "complete");
});

Deno.test("a program that fails is told, unless its code only tells what it found", async () => {
  const host = new FakeHost({}, { one: { code: 3, stdout: "x\n" }, two: { code: 3, stdout: "y\n" } });
  const { manifest } = await makeBundle({
    sources: sourcesOf({ host }),
    collectors: [hostCollector("host", "Host", {
      programs: [
        { path: "one.txt", argv: ["one"] },
        { path: "two.txt", argv: ["two"], tellsByCode: true },
      ],
    })],
  });
  assert.deepEqual(manifest.collectors[0]?.missing.map((it) => it.what), ["one"]);
  assert.deepEqual(manifest.files.map((it) => it.path).toSorted(), ["one.txt", "two.txt"]);
});
