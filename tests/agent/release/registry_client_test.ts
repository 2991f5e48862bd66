import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../../agent/clock.ts";
import { parseChallenge } from "../../../agent/release/challenge.ts";
import {
  createRegistryClient,
  type RegistryClient,
  RegistryError,
  type RegistryFailure,
  resolveRelease,
} from "../../../agent/release/mod.ts";
import { bypassesProxy } from "../../../agent/release/no_proxy.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { Random } from "../../fakes/random.ts";
import { pushBlob, pushRelease } from "../../simulator/push.ts";
import { type RegistryFault, type SimRegistry, startSimRegistry } from "../../simulator/registry.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";

const RELEASE = "nine-minds/alga-appliance-release";

async function withRegistry(
  body: (registry: SimRegistry, client: RegistryClient) => Promise<void>,
  options: { timeoutMs?: number; clock?: Clock } = {},
): Promise<void> {
  const registry = await startSimRegistry();
  await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
  registry.requests.length = 0;
  const client = createRegistryClient({
    mirrors: { "ghcr.io": registry.url },
    network: { dnsServers: [] },
    clock: { nowMs: () => Date.now(), sleep: () => Promise.resolve() },
    userAgent: "test",
    ...options,
  });
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
  ["407", { match: RELEASE, status: 407 }, "proxy"],
  ["a page instead of JSON", { match: RELEASE, body: "<html>Log in to the network" }, "not-json"],
  ["JSON that is no manifest", { match: RELEASE, body: "[]" }, "schema"],
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
      await assert.rejects(resolveRelease(client, { channel: "stable" }), (error: RegistryError) => {
        assert.ok(error instanceof RegistryError, String(error));
        assert.equal(error.failure, failure);
        return true;
      });
    }));
}

Deno.test('resolveRelease() tells "timeout" for a registry that hangs', () =>
  withRegistry(async (registry, client) => {
    registry.faults.push({ match: RELEASE, hang: true });
    await assert.rejects(resolveRelease(client, { channel: "stable" }), { failure: "timeout" });
  }, { timeoutMs: 200 }));

Deno.test('RegistryClient tells "tcp" when nobody listens and "dns" for an unknown name', async () => {
  const mirrors = { "ghcr.io": `http://127.0.0.1:${CLOSED_PORT}`, "docker.io": "http://registry.invalid" };
  const client = createRegistryClient({
    mirrors,
    network: { dnsServers: [] },
    clock: systemClock,
    userAgent: "test",
  });
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

const DATE = "Sat, 21 Nov 2026 12:00:00 GMT";
const RETRY_AFTER: readonly [text: string, date: string, wanted: number | "given up"][] = [
  ["0", DATE, 0],
  ["4", DATE, 4000],
  ["Sat, 21 Nov 2026 12:00:04 GMT", DATE, 4000],
  ["Thu, 01 Jan 1970 00:00:04 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", 4000],
  ["Sat, 21 Nov 2026 11:59:00 GMT", DATE, 0],
  ["Sat, 21 Nov 2026 12:00:06 GMT", DATE, "given up"],
  ["Sat, 21 Nov 9999 12:00:00 GMT", DATE, "given up"],
  ["Sat, 99 Nov 2026 12:00:04 GMT", DATE, "given up"],
  ["2026-11-21T12:00:04Z", DATE, "given up"],
  ["tomorrow", DATE, "given up"],
  ["-1", DATE, "given up"],
  ["", DATE, "given up"],
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

Deno.test("RegistryClient asks the chosen DNS servers for the name as it stands", async () => {
  const registry = await startSimRegistry();
  await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
  const dns = await startDns("127.0.0.1");
  const port = new URL(registry.url).port;
  const client = createRegistryClient({
    mirrors: { "ghcr.io": `http://registry.example.test:${port}` },
    network: { dnsServers: ["127.0.0.1"], dnsPort: dns.port },
    clock: systemClock,
    userAgent: "test",
  });
  assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.4.0");
  assert.deepEqual([...new Set(dns.names)], ["registry.example.test"]);
  client.close();
  dns.close();
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
      await assert.rejects(resolveRelease(client, { channel: "stable" }), (error: RegistryError) => {
        assert.equal(error.failure, "schema");
        assert.match(error.message, message);
        return true;
      });
    }));
}

Deno.test("resolveRelease() says that a later format needs a newer agent, whatever else is in it", () =>
  withRegistry(async (registry, client) => {
    await pushRelease(registry.url, ["stable"], { schema: "alga.appliance.release/v3", images: 7 });
    await assert.rejects(resolveRelease(client, { channel: "stable" }), (error: RegistryError) => {
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

Deno.test("parseChallenge() reads what registries send and never throws (fuzz)", () => {
  const header = 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull"';
  assert.deepEqual(parseChallenge(header), { realm: "https://ghcr.io/token", service: "ghcr.io" });
  assert.equal(parseChallenge('Basic realm="x"'), undefined);
  assert.equal(parseChallenge("Bearer service=x"), undefined);
  const random = new Random(1);
  for (let round = 0; round < 500; round++) parseChallenge(random.mutate(header));
});

Deno.test("bypassesProxy() knows names, domains, everything and loopback", () => {
  assert.ok(bypassesProxy("127.0.0.1", []));
  assert.ok(bypassesProxy("a.example.com", [".example.com"]));
  assert.ok(bypassesProxy("a.example.com", ["example.com"]));
  assert.ok(!bypassesProxy("notexample.com", ["example.com"]));
  assert.ok(bypassesProxy("x", ["*"]));
});

/** A DNS server that answers every A question with one address. RFC 1035 */
async function startDns(address: string): Promise<{ port: number; names: string[]; close(): void }> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const names: string[] = [];
  const answer = async () => {
    for await (const [query, from] of socket) {
      const labels: string[] = [];
      let at = 12;
      for (; query[at]; at += 1 + (query[at] ?? 0)) {
        labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + (query[at] ?? 0))));
      }
      names.push(labels.join("."));
      const question = query.subarray(12, at + 5);
      const isA = query[at + 2] === 1;
      const record = isA ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, ...address.split(".").map(Number)] : [];
      await socket.send(
        new Uint8Array([
          query[0] ?? 0,
          query[1] ?? 0,
          0x81,
          0x80,
          0,
          1,
          0,
          isA ? 1 : 0,
          0,
          0,
          0,
          0,
          ...question,
          ...record,
        ]),
        from,
      );
    }
  };
  answer().catch(() => {});
  return await Promise.resolve({
    port: (socket.addr as Deno.NetAddr).port,
    names,
    close: () => socket.close(),
  });
}
