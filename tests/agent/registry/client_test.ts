import assert from "node:assert/strict";
import type { Clock } from "../../../agent/clock.ts";
import { resolveRelease } from "../../../agent/release/mod.ts";
import { type RegistryClient } from "../../../agent/registry/registry.ts";
import { NetworkError } from "../../../agent/net/errors.ts";
import type { RegistryFailure } from "../../../agent/registry/errors.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { pushBlob, pushRelease } from "../../simulator/push.ts";
import { type RegistryFault, type SimRegistry, startSimRegistry } from "../../simulator/registry.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";
import { startDnsServer } from "../preflight/dns_server.ts";
import { clientOf } from "./client_of.ts";

const RELEASE = "nine-minds/alga-appliance-release";

async function withRegistry(
  body: (registry: SimRegistry, client: RegistryClient) => Promise<void>,
  options: { timeoutMs?: number; clock?: Clock } = {},
): Promise<void> {
  const registry = await startSimRegistry();
  await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
  registry.requests.length = 0;
  const clock = { nowMs: () => Date.now(), sleep: () => Promise.resolve() };
  const client = clientOf(registry.url, { clock, ...options });
  try {
    await body(registry, client);
  } finally {
    client.close();
    await registry.close();
  }
}

const FAULTS: readonly [string, RegistryFault, RegistryFailure][] = [
  ["401 without a challenge", { match: RELEASE, status: 401 }, "unauthorized"],
  ["401 that wants a password", {
    match: RELEASE,
    status: 401,
    headers: { "www-authenticate": "Basic realm=x" },
  }, "unauthorized"],
  ["403", { match: RELEASE, status: 403 }, "denied"],
  ["404", { match: RELEASE, status: 404 }, "not-found"],
  ["429 for long", { match: RELEASE, status: 429, headers: { "retry-after": "900" } }, "rate-limited"],
  ["500", { match: RELEASE, status: 500 }, "server-error"],
  ["418", { match: RELEASE, status: 418 }, "unexpected-status"],
  ["407 without a proxy", { match: RELEASE, status: 407 }, "unauthorized"],
  ["a page instead of JSON", { match: RELEASE, body: "<html>Log in to the network" }, "not-json"],
  ["JSON that is not a manifest", { match: RELEASE, body: "[]" }, "schema"],
  ["another digest than told", {
    match: RELEASE,
    body: "{}",
    headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` },
  }, "wrong-digest"],
  ["an endless redirect", {
    match: RELEASE,
    status: 307,
    headers: { location: `/v2/${RELEASE}/manifests/stable` },
  }, "unexpected-status"],
  [
    "a redirect to a file",
    { match: RELEASE, status: 307, headers: { location: "file:///etc/passwd" } },
    "unexpected-status",
  ],
  [
    "blob content that was changed",
    { match: `${RELEASE}/blobs/`, body: "{" + " ".repeat(50) + "}" },
    "wrong-size",
  ],
];

for (const [what, fault, failure] of FAULTS) {
  Deno.test(`resolveRelease() tells "${failure}" for ${what}`, () =>
    withRegistry(async (registry, client) => {
      registry.faults.push(fault);
      await assert.rejects(resolveRelease(client, { channel: "stable" }), (error: NetworkError) => {
        assert.ok(error instanceof NetworkError, String(error));
        assert.equal(error.failure, failure);
        return true;
      });
    }));
}

Deno.test("RegistryClient takes a server that knows no /v2/ for something else than a registry", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("", { status: 404 }),
  );
  const client = clientOf(`http://127.0.0.1:${server.addr.port}`);
  try {
    await assert.rejects(client.ping("ghcr.io"), { failure: "unexpected-status", status: 404 });
  } finally {
    client.close();
    await server.shutdown();
  }
});

Deno.test('resolveRelease() tells "timeout" for a registry that hangs', () =>
  withRegistry(async (registry, client) => {
    registry.faults.push({ match: RELEASE, hang: true });
    await assert.rejects(resolveRelease(client, { channel: "stable" }), { failure: "timeout" });
  }, { timeoutMs: 200 }));

Deno.test('RegistryClient tells "tcp" when nobody listens and "dns" for an unknown name', async () => {
  const mirrors = { "ghcr.io": `http://127.0.0.1:${CLOSED_PORT}`, "docker.io": "http://registry.invalid" };
  const client = clientOf("", { mirrors });
  await assert.rejects(client.ping("ghcr.io"), { failure: "tcp" });
  await assert.rejects(client.ping("docker.io"), { failure: "dns" });
  client.close();
});

/** What a registry that is ill once made the client wait for in ms; "given up" when it did not try again. */
async function waitFor(status: number, headers: Record<string, string>): Promise<number | "given up"> {
  const slept: number[] = [];
  const clock = new FakeClock();
  let isResolved = false;
  await withRegistry(async (registry, client) => {
    registry.faults.push({ match: RELEASE, status, headers, times: 1 });
    const error = await resolveRelease(client, { channel: "stable" }).then(() => undefined, (it) => it);
    isResolved = error === undefined;
    if (!isResolved) assert.equal(error.failure, "server-error");
  }, { clock: { nowMs: () => clock.nowMs(), sleep: (ms) => (slept.push(ms), Promise.resolve()) } });
  if (!isResolved) return "given up";
  assert.equal(slept.length, 1);
  return slept[0] ?? -1;
}

Deno.test("RegistryClient waits as long as Retry-After says and tries again", async () => {
  assert.equal(await waitFor(429, { "retry-after": "3" }), 3000);
});

for (const status of [429, 500, 502, 503, 504]) {
  Deno.test(`RegistryClient asks again after ${status} that does not say when`, async () => {
    assert.equal(await waitFor(status, {}), 500);
  });
}

Deno.test("RegistryClient asks three times at most where the answer stays, and never again where it is final", async () => {
  const askedAt = async (status: number) => {
    const slept: number[] = [];
    const clock = new FakeClock();
    await withRegistry(async (registry, client) => {
      registry.faults.push({ match: RELEASE, status });
      await assert.rejects(resolveRelease(client, { channel: "stable" }));
    }, { clock: { nowMs: () => clock.nowMs(), sleep: (ms) => (slept.push(ms), Promise.resolve()) } });
    return slept;
  };
  assert.deepEqual(await askedAt(429), [500, 2_000]);
  assert.deepEqual(await askedAt(403), []);
  assert.deepEqual(await askedAt(404), []);
});

const DATE = "Sat, 21 Nov 2026 12:00:00 GMT";
const RETRY_AFTER: readonly [text: string, date: string, wanted: number | "given up"][] = [
  ["0", DATE, 0],
  ["4", DATE, 4000],
  ["Sat, 21 Nov 2026 12:00:04 GMT", DATE, 4000],
  ["Thu, 01 Jan 1970 00:00:04 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", 4000],
  ["Sat, 21 Nov 2026 11:59:00 GMT", DATE, 0],
  ["Sat, 21 Nov 2026 12:00:06 GMT", DATE, "given up"],
  ["Sat, 21 Nov 9999 12:00:00 GMT", DATE, "given up"],
  ["Sat, 99 Nov 2026 12:00:04 GMT", DATE, 500],
  ["2026-11-21T12:00:04Z", DATE, 500],
  ["tomorrow", DATE, 500],
  ["-1", DATE, 500],
  ["", DATE, 500],
];
for (const [text, date, wanted] of RETRY_AFTER) {
  Deno.test(`RegistryClient takes Retry-After "${text}" at ${date} for ${wanted}`, async () => {
    assert.equal(await waitFor(503, { "retry-after": text, date }), wanted);
  });
}

Deno.test("RegistryClient gets a token for the repository and keeps it from other hosts", () =>
  withRegistry(async (registry, client) => {
    const cdn = await startSimRegistry();
    await pushBlob(cdn.url, RELEASE, new TextEncoder().encode(JSON.stringify(sampleReleaseManifest())), "x");
    cdn.requests.length = 0;
    registry.token = "pull-token";
    registry.blobRedirect = cdn.url;
    await resolveRelease(client, { channel: "stable" });
    assert.ok(registry.requests.some((it) => it.authorization === "Bearer pull-token"));
    assert.deepEqual(cdn.requests.map((it) => it.authorization), [null]);
    await cdn.close();
  }));

Deno.test("RegistryClient reads no file of this machine when a registry says that the token is there", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify({ token: "of-this-machine" }));
  try {
    await withRegistry(async (registry, client) => {
      registry.faults.push({
        match: RELEASE,
        status: 401,
        headers: { "www-authenticate": `Bearer realm="file://${file}"` },
      });
      await assert.rejects(resolveRelease(client, { channel: "stable" }), { failure: "unauthorized" });
      assert.deepEqual(registry.requests.map((it) => it.authorization), [null]);
    });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("RegistryClient asks the chosen DNS servers for the name as it stands", async () => {
  const registry = await startSimRegistry();
  await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
  const dns = startDnsServer(() => ({ addresses: ["127.0.0.1"] }));
  const port = new URL(registry.url).port;
  const client = clientOf(`http://registry.example.test:${port}`, {
    network: { dnsServers: ["127.0.0.1"], dnsPort: dns.port },
  });
  assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.4.0");
  assert.deepEqual([...new Set(dns.asked)], ["udp registry.example.test"]);
  client.close();
  await dns.close();
  await registry.close();
});

const BROKEN: readonly [string, Record<string, unknown>, RegExp][] = [
  ["no version", { version: undefined }, /version/],
  ["an empty version", { version: "  " }, /version/],
  ["no images.algaCore", { images: {} }, /images\.algaCore/],
  ["another schema", { schema: "other.release/v1" }, /schema/],
  [
    "a config digest that is none",
    { config: { repository: "ghcr.io/a/b", digest: "sha256:1" } },
    /config\.digest/,
  ],
  ["a config repository with a scheme", {
    config: { repository: "oci://ghcr.io/a/b", digest: `sha256:${"1".repeat(64)}` },
  }, /config\.repository/],
  ["values missing for one release", { profileValues: {} }, /profileValues/],
  ["an image tag with a slash", { images: { algaCore: "a/b" } }, /images\.algaCore/],
];

for (const [what, overrides, message] of BROKEN) {
  Deno.test(`resolveRelease() refuses a manifest with ${what}`, () =>
    withRegistry(async (registry, client) => {
      await pushRelease(registry.url, ["stable"], { ...sampleReleaseManifest(), ...overrides });
      await assert.rejects(resolveRelease(client, { channel: "stable" }), (error: NetworkError) => {
        assert.equal(error.failure, "schema");
        assert.match(error.message, message);
        return true;
      });
    }));
}

Deno.test("resolveRelease() says that a later format needs a newer agent, whatever else is in it", () =>
  withRegistry(async (registry, client) => {
    await pushRelease(registry.url, ["stable"], { schema: "alga.appliance.release/v3", images: 7 });
    await assert.rejects(resolveRelease(client, { channel: "stable" }), (error: NetworkError) => {
      assert.equal(error.failure, "newer-format");
      assert.match(error.message, /needs a newer agent: it has format 3/);
      return true;
    });
  }));

Deno.test("resolveRelease() ignores unknown fields", () =>
  withRegistry(async (registry, client) => {
    await pushRelease(registry.url, ["stable"], { ...sampleReleaseManifest(), later: { a: 1 } });
    assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.4.0");
  }));
