import assert from "node:assert/strict";
import { readPeerCertificate } from "../../../agent/net/peer_certificate.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { startUntrustedServer } from "../../fakes/untrusted_server.ts";
import { pushImage, pushRelease } from "../../simulator/push.ts";
import { startSimRegistry } from "../../simulator/registry.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";
import { clientOf } from "../registry/client_of.ts";
import { startDnsServer } from "./dns_server.ts";
import { checkContext, runOne } from "./check_case.ts";

const IDS = [
  "reg.dns",
  "reg.tcp",
  "reg.tls",
  "reg.auth",
  "time.skew",
  "rel.channel",
  "rel.schema",
  "rel.images",
] as const;

/** Statuses of the checks of the way, with the real client on real sockets. */
async function statuses(url: string, caCerts: string[] = []): Promise<Record<string, string>> {
  const mirrors = { "ghcr.io": url };
  const registry = clientOf(url, { network: { caCerts } });
  try {
    const context = checkContext({ registry, mirrors });
    return Object.fromEntries(
      await Promise.all(IDS.map(async (id) => [id, (await runOne(id, context)).status])),
    );
  } finally {
    registry.close();
  }
}

Deno.test("the checks of the way pass against a whole registry, and find a missing image", async () => {
  const registry = await startSimRegistry();
  try {
    const release = sampleReleaseManifest();
    await pushRelease(registry.url, ["stable"], release);
    const { algaCore, workflowWorker, emailService, temporalWorker } = release.images;
    const images = [
      ["alga-psa-ee", algaCore],
      ["workflow-worker", workflowWorker],
      ["email-service", emailService],
    ] as const;
    for (const [name, tag] of images) await pushImage(registry.url, `nine-minds/${name}`, tag ?? "");
    const green = {
      "reg.dns": "skipped",
      "reg.tcp": "pass",
      "reg.tls": "skipped",
      "reg.auth": "pass",
      "time.skew": "pass",
      "rel.channel": "pass",
      "rel.schema": "pass",
    };
    assert.deepEqual(await statuses(registry.url), { ...green, "rel.images": "warn" });
    await pushImage(registry.url, "nine-minds/temporal-worker", temporalWorker ?? "");
    assert.deepEqual(await statuses(registry.url), { ...green, "rel.images": "pass" });
  } finally {
    await registry.close();
  }
});

Deno.test("a closed port fails reg.tcp and the release, and skips what lies behind", async () => {
  assert.deepEqual(await statuses(`https://127.0.0.1:${CLOSED_PORT}`), {
    "reg.dns": "skipped",
    "reg.tcp": "fail",
    "reg.tls": "skipped",
    "reg.auth": "skipped",
    "time.skew": "skipped",
    "rel.channel": "fail",
    "rel.schema": "skipped",
    "rel.images": "skipped",
  });
});

Deno.test("a certificate of an unknown authority fails reg.tls, and passes once it is trusted", async () => {
  await using server = await startUntrustedServer();
  const before = await statuses(server.url);
  assert.deepEqual([before["reg.tcp"], before["reg.tls"], before["time.skew"]], ["pass", "fail", "error"]);
  const after = await statuses(server.url, [server.caPem]);
  assert.deepEqual([after["reg.tcp"], after["reg.tls"], after["time.skew"]], ["pass", "pass", "pass"]);
});

async function checkTls(url: string, more: Parameters<typeof checkContext>[0] = {}) {
  const mirrors = { "ghcr.io": url };
  const registry = clientOf(url);
  try {
    return await runOne("reg.tls", checkContext({ registry, mirrors, ...more }));
  } finally {
    registry.close();
  }
}

Deno.test("reg.tls names who made the certificate that is not trusted", async () => {
  await using server = await startUntrustedServer();
  const result = await checkTls(server.url);
  assert.equal(result.status, "fail");
  assert.equal(result.found, '127.0.0.1 shows a certificate of "test-ca", which is not trusted here');
  assert.match(
    result.remediation,
    /Install the certificate authority "test-ca" \(sudo update-ca-certificates\), or ask the network administrator to let 127\.0\.0\.1 pass/,
  );
  assert.match(
    result.evidence?.join() ?? "",
    /for "kube-apiserver", issued by "test-ca", valid \d{4}-\d\d-\d\d to/,
  );
});

Deno.test("reg.tls tells a wrong clock by the dates of the certificate", async () => {
  await using server = await startUntrustedServer();
  const result = await checkTls(server.url, { clock: new FakeClock("2019-01-01T00:00:00Z") });
  assert.equal(result.status, "fail");
  assert.match(result.found, /shows a certificate that is valid \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d only/);
  assert.match(result.remediation, /clock/);
});

Deno.test("reg.tls still says what it knows when no certificate can be seen", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")).catch(() => {});
      connection.close();
    }
  })();
  try {
    const result = await checkTls(`https://127.0.0.1:${listener.addr.port}`);
    assert.equal(result.status, "fail");
    assert.match(result.found, /encrypted connection could not be made/);
    assert.match(result.remediation, /device that opens HTTPS/);
  } finally {
    listener.close();
    await serving;
  }
});

Deno.test({
  name: "readPeerCertificate() gives nothing for a closed port and for a server that is silent",
  // Deno lets go of a handshake that was given up only when the other side does.
  sanitizeResources: false,
  async fn() {
    const endpoint = (port: number) => ({ registry: "x", hostName: "localhost", port, isEncrypted: true });
    assert.equal(await readPeerCertificate(endpoint(CLOSED_PORT), { timeoutMs: 60_000 }), undefined);
    const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted = silent.accept();
    assert.equal(
      await readPeerCertificate(endpoint(silent.addr.port), { timeoutMs: 300, address: "127.0.0.1" }),
      undefined,
    );
    (await accepted).close();
    silent.close();
  },
});

Deno.test("reg.tls names the maker also when names are asked of servers of the operator's choice", async () => {
  const dns = startDnsServer(() => ({ addresses: ["127.0.0.1"] }));
  try {
    await using server = await startUntrustedServer();
    const url = server.url.replace("127.0.0.1", "registry.example.test");
    const mirrors = { "ghcr.io": url };
    const registry = clientOf(url, { network: { dnsServers: ["127.0.0.1"], dnsPort: dns.port } });
    try {
      const inputs = { dnsMode: "custom" as const, dnsServers: ["127.0.0.1"] };
      const context = checkContext({ registry, mirrors, inputs, dnsPort: dns.port });
      const result = await runOne("reg.tls", context);
      assert.equal(result.status, "fail", result.found);
      assert.match(result.found, /^registry\.example\.test shows a certificate of "test-ca"/);
      assert.equal((await runOne("reg.tcp", context)).status, "pass");
    } finally {
      registry.close();
    }
  } finally {
    await dns.close();
  }
});
