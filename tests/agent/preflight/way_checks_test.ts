import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import { createRegistryClient } from "../../../agent/release/mod.ts";
import { makeCertificates } from "../../cluster/certificates.ts";
import { pushImage, pushRelease } from "../../simulator/push.ts";
import { startSimRegistry } from "../../simulator/registry.ts";
import { freePort } from "../../simulator/registry_server.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";
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
  const registry = createRegistryClient({
    mirrors,
    network: { dnsServers: [], caCerts },
    clock: systemClock,
    userAgent: "test",
  });
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
  assert.deepEqual(await statuses(`https://127.0.0.1:${freePort()}`), {
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
  const dir = await Deno.makeTempDir();
  const certificates = await makeCertificates(dir);
  await using server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: await Deno.readTextFile(`${dir}/server.crt`),
    key: await Deno.readTextFile(`${dir}/server.key`),
    onListen() {},
  }, () => new Response("{}"));
  try {
    const url = `https://127.0.0.1:${server.addr.port}`;
    const before = await statuses(url);
    assert.deepEqual([before["reg.tcp"], before["reg.tls"], before["time.skew"]], ["pass", "fail", "error"]);
    const after = await statuses(url, [certificates.caPem]);
    assert.deepEqual([after["reg.tcp"], after["reg.tls"], after["time.skew"]], ["pass", "pass", "pass"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
