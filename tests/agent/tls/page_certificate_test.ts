import assert from "node:assert/strict";
import { makeCertificate, makeKey } from "../../../agent/tls/make_certificate.ts";
import { createPageCertificate } from "../../../agent/tls/page_certificate.ts";
import { readCertificate } from "../../../agent/tls/read_certificate.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.parse("2026-11-21T12:00:00.000Z");
const FINGERPRINT = /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/;

/** A machine whose names can change, and what its pages get. */
function machine(files: Record<string, string> = {}) {
  const clock = new FakeClock(START_MS);
  const host = new FakeHost(files);
  const names = {
    hostName: "alga-01",
    mainAddress: "192.0.2.7",
    addresses: () => Promise.resolve(["192.0.2.7"]),
  };
  const used: { certificate: string; key: string }[] = [];
  const said: string[] = [];
  /** The check of the real library, which tests of the compiled program stand on. */
  const use = (pair: { certificate: string; key: string }) => {
    if (pair.key.includes("of another")) throw new Error("keys may not be consistent: KeyMismatch");
    used.push(pair);
  };
  const start = () =>
    createPageCertificate({ host, clock, names, use, say: (level, text) => said.push(`${level}: ${text}`) });
  /** Where something is wrong, the files are read a second time. */
  const refresh = async (it: ReturnType<typeof start>) => {
    const done = it.refresh();
    for (let i = 0; i < 20; i++) await clock.advance(200);
    await done;
  };
  return { clock, host, names, used, said, start, refresh };
}

async function siteFiles(fromMs = START_MS - DAY_MS, toMs = START_MS + 90 * DAY_MS, key = makeKey()) {
  const certificate = await makeCertificate(key, {
    names: ["alga.example.com"],
    notBefore: new Date(fromMs),
    notAfter: new Date(toMs),
  });
  return { [PATHS.siteCertificate]: certificate, [PATHS.siteCertificateKey]: key };
}

Deno.test("the first start makes a certificate for every name of the machine, and keeps its key private", async () => {
  const { host, start, refresh, used, said } = machine();
  const certificate = start();
  assert.equal(certificate.current(), undefined);
  await refresh(certificate);
  const shown = certificate.current();
  assert.equal(shown?.origin, "self-signed");
  assert.match(shown?.fingerprint ?? "", FINGERPRINT);
  assert.equal(shown?.fingerprint, readCertificate(used[0]?.certificate ?? "")?.fingerprint);
  assert.equal((await host.info(PATHS.selfSigned))?.mode, 0o600);
  const { names } = JSON.parse(await host.readText(PATHS.selfSigned) ?? "");
  assert.deepEqual(names, ["alga-01", "alga-01.local", "localhost", "127.0.0.1", "::1", "192.0.2.7"]);
  assert.match(said.join("\n"), /made: there was none/);
});

Deno.test("a restart, another second address and an address that went away keep the fingerprint", async () => {
  const { start, refresh, names } = machine();
  const first = start();
  await refresh(first);
  names.addresses = () => Promise.resolve(["192.0.2.7", "198.51.100.3"]);
  const second = start();
  await refresh(second);
  assert.equal(second.current()?.fingerprint, first.current()?.fingerprint);
});

for (
  const [name, change, reason] of [
    ["another host name", ({ names }) => names.hostName = "alga-02", "the host name is now alga-02"],
    ["another main address", ({ names }) => names.mainAddress = "192.0.2.9", "the address is now 192.0.2.9"],
    ["its near end", ({ clock }) => clock.advance(791 * DAY_MS), "the one before nears its end"],
    [
      "a clock that was ahead",
      ({ clock }) => clock.jump(-10 * DAY_MS),
      "begins later than this machine's clock",
    ],
  ] as [string, (it: ReturnType<typeof machine>) => unknown, string][]
) {
  Deno.test(`${name} makes the certificate again, with its key and the reason`, async () => {
    const it = machine();
    const certificate = it.start();
    await it.refresh(certificate);
    const before = certificate.current()?.fingerprint;
    await change(it);
    await it.refresh(certificate);
    assert.notEqual(certificate.current()?.fingerprint, before);
    assert.equal(it.used[1]?.key, it.used[0]?.key);
    assert.ok(it.said.some((text) => text.includes(reason)), it.said.join("\n"));
    const { names } = JSON.parse(await it.host.readText(PATHS.selfSigned) ?? "");
    assert.ok(names.includes("192.0.2.7"), "who comes back under the address before is no stranger");
  });
}

Deno.test("a file whose key is damaged or of another is put aside, and told", async () => {
  const { host, start, refresh, said } = machine();
  const first = start();
  await refresh(first);
  const text = JSON.parse(await host.readText(PATHS.selfSigned) ?? "");
  for (const key of [makeKey(), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]) {
    await host.writeFile(PATHS.selfSigned, JSON.stringify({ ...text, key }), { mode: 0o600 });
    const again = start();
    await refresh(again);
    assert.notEqual(again.current()?.fingerprint, first.current()?.fingerprint);
  }
  assert.equal(said.filter((it) => it.includes("made: there was none")).length, 3);
});

Deno.test("on a full disk the certificate is made once, and saved when there is room", async () => {
  const { host, start, refresh } = machine();
  const write = host.writeFile.bind(host);
  host.writeFile = () => Promise.reject(new Error("no space"));
  const certificate = start();
  await refresh(certificate);
  const made = certificate.current();
  assert.equal(made?.origin, "self-signed");
  await refresh(certificate);
  assert.equal(certificate.current()?.fingerprint, made?.fingerprint);
  host.writeFile = write;
  await refresh(certificate);
  const restarted = start();
  await refresh(restarted);
  assert.equal(restarted.current()?.fingerprint, made?.fingerprint);
});

Deno.test("the site's own certificate is taken up, swapped and given back while the agent runs", async () => {
  const { host, start, refresh, used } = machine();
  const certificate = start();
  await refresh(certificate);
  const own = certificate.current()?.fingerprint;
  let told = 0;
  certificate.subscribe(() => told++);
  for (const key of [makeKey(), makeKey()]) {
    for (const [path, text] of Object.entries(await siteFiles(undefined, undefined, key))) {
      await host.writeFile(path, text, { mode: 0o600 });
    }
    await refresh(certificate);
    assert.equal(certificate.current()?.origin, "site");
    assert.equal(used.at(-1)?.key, key);
  }
  assert.equal(told, 2);
  await refresh(certificate);
  assert.equal(told, 2, "the same files change nothing");
  await host.remove(PATHS.siteCertificate);
  await host.remove(PATHS.siteCertificateKey);
  await refresh(certificate);
  assert.equal(certificate.current()?.fingerprint, own);
});

const good = await siteFiles();
for (
  const [name, files, problem, next] of [
    [
      "no key",
      { ...good, [PATHS.siteCertificateKey]: undefined },
      /tls\.key" is missing/,
      /Put the key there/,
    ],
    [
      "no certificate",
      { ...good, [PATHS.siteCertificate]: undefined },
      /tls\.crt" is missing/,
      /Put the cert/,
    ],
    ["no PEM", { ...good, [PATHS.siteCertificate]: "\x00\xff" }, /not a certificate in PEM/, /Copy it again/],
    [
      "half a certificate",
      { ...good, [PATHS.siteCertificate]: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----" },
      /not a certificate in PEM/,
      /Copy it again/,
    ],
    [
      "a key with a password",
      { ...good, [PATHS.siteCertificateKey]: "-----BEGIN ENCRYPTED PRIVATE KEY-----" },
      /has a password/,
      /without one/,
    ],
    ["a key of another", { ...good, [PATHS.siteCertificateKey]: "of another" }, /is not that of/, /Put both/],
    ["one that ended", await siteFiles(0, START_MS - 1), /ended on 2026-11-21/, /Put a new one/],
    ["one of tomorrow", await siteFiles(START_MS + DAY_MS), /begins on 2026-11-22/, /Wait until then/],
  ] as [string, Record<string, string | undefined>, RegExp, RegExp][]
) {
  Deno.test(`of the site's certificate, ${name} is refused in words, and the agent's own goes on`, async () => {
    const given = Object.entries(files).flatMap(([path, text]) => text === undefined ? [] : [[path, text]]);
    const { host, start, refresh, said } = machine(Object.fromEntries(given));
    const certificate = start();
    await refresh(certificate);
    assert.equal(certificate.current()?.origin, "self-signed");
    assert.match(certificate.problem()?.problem ?? "", problem);
    assert.match(certificate.problem()?.next ?? "", next);
    await refresh(certificate);
    assert.equal(said.filter((it) => it.startsWith("error")).length, 1, "told once");
    for (const [path, text] of Object.entries(await siteFiles())) {
      await host.writeFile(path, text, { mode: 0o600 });
    }
    await refresh(certificate);
    assert.equal(certificate.problem(), undefined);
    assert.equal(certificate.current()?.origin, "site");
  });
}

Deno.test("a bad certificate of the site leaves the good one before it, until that ends", async () => {
  const { host, start, refresh, clock } = machine(await siteFiles());
  const certificate = start();
  await refresh(certificate);
  await host.writeFile(PATHS.siteCertificateKey, "of another", { mode: 0o600 });
  await refresh(certificate);
  assert.match(certificate.problem()?.problem ?? "", /is not that of/);
  assert.equal(certificate.current()?.origin, "site");
  await clock.advance(91 * DAY_MS);
  await refresh(certificate);
  assert.equal(certificate.current()?.origin, "self-signed");
});

Deno.test("two files that are replaced one after the other are nothing to complain of", async () => {
  const { host, start, clock, said } = machine(await siteFiles());
  const certificate = start();
  await certificate.refresh();
  await host.writeFile(PATHS.siteCertificateKey, "of another", { mode: 0o600 });
  const done = certificate.refresh();
  await clock.advance(1_000);
  for (const [path, text] of Object.entries(await siteFiles())) {
    await host.writeFile(path, text, { mode: 0o600 });
  }
  await clock.advance(1_000);
  await done;
  assert.equal(certificate.problem(), undefined);
  assert.ok(!said.some((it) => it.startsWith("error")), said.join("\n"));
});
