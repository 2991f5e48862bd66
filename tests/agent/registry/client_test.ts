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

const HINTS: readonly [string, Record<string, string>][] = [
  ["the digest of other content", { "docker-content-digest": `sha256:${"0".repeat(64)}` }],
  ["a list of digests", { "docker-content-digest": "sha256:1, sha256:2" }],
  ["links", { link: '</v2/_catalog?n=1>; rel="next", <a>, "', "oci-filters-applied": "," }],
  ["a challenge without need", { "www-authenticate": 'Bearer realm="file:///etc/passwd"' }],
  ["a wait without need", { "retry-after": "3 weeks" }],
];

for (const [what, headers] of HINTS) {
  Deno.test(`resolveRelease() takes ${what} in the headers for a hint, not for a verdict`, () =>
    withRegistry(async (registry, client) => {
      const whole = await client.fetchManifest("ghcr.io", RELEASE, "stable");
      registry.faults.push({
        match: `${RELEASE}/manifests/`,
        body: new TextDecoder().decode(whole.bytes),
        headers: { "content-type": whole.mediaType, ...headers },
      });
      const resolved = await resolveRelease(client, { channel: "stable" });
      assert.equal(resolved.manifestDigest, whole.digest);
    }));
}

Deno.test("RegistryClient tries again after a while when it is not told how long to wait", async () => {
  for (const status of [429, 502, 503, 504]) {
    assert.equal(await waitFor(status, {}), 1_000, String(status));
    assert.equal(await waitFor(status, { "retry-after": "3 s, 4 s" }), 1_000, String(status));
  }
});

/** A registry that wants a token, says so in these header lines, and gives the token in this answer. */
async function withTokenServer(
  challenges: (tokenUrl: string) => readonly string[],
  answer: unknown,
  body: (client: RegistryClient) => Promise<void>,
  network: { dnsServers?: readonly string[]; dnsPort?: number } = {},
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const url = new URL(request.url);
    if (url.pathname === "/token") return Response.json(answer);
    if (request.headers.get("authorization") === "Bearer good") return new Response("{}");
    const headers = new Headers();
    for (const it of challenges(`http://127.0.0.1:${server.addr.port}/token`)) {
      headers.append("www-authenticate", it);
    }
    return new Response("", { status: 401, headers });
  });
  const host = network.dnsServers ? "registry.example.test" : "127.0.0.1";
  const client = clientOf(`http://${host}:${server.addr.port}`, { network });
  try {
    await body(client);
  } finally {
    client.close();
    await server.shutdown();
  }
}

const CHALLENGES: readonly [string, (url: string) => readonly string[]][] = [
  ["behind Basic in a line of its own", (url) => ['Basic realm="a, b"', `Bearer realm="${url}"`]],
  ["before Negotiate in a line of its own", (url) => [`Bearer realm="${url}",service="x"`, "Negotiate"]],
  ["between two in one line", (url) => [`Negotiate YWJj==, Bearer realm="${url}", Basic realm="x"`]],
  ["behind an empty line and one that is broken", (url) => ["", 'Digest realm="', `bearer  REALM=${url}`]],
];

for (const [where, challenges] of CHALLENGES) {
  Deno.test(`RegistryClient finds the bearer challenge ${where}`, async () => {
    await withTokenServer(challenges, { token: "good" }, async (client) => {
      assert.equal(await client.exists("ghcr.io", RELEASE, "stable"), true);
    });
    const dns = startDnsServer(() => ({ addresses: ["127.0.0.1"] }));
    await withTokenServer(challenges, { token: "good" }, async (client) => {
      assert.equal(await client.exists("ghcr.io", RELEASE, "stable"), true, "with DNS servers of one's own");
    }, { dnsServers: ["127.0.0.1"], dnsPort: dns.port });
    await dns.close();
  });
}

const TOKENS: readonly [string, unknown, boolean][] = [
  ["the one name", { token: "good" }, true],
  ["the other name", { access_token: "good" }, true],
  ["both names, the first null", { token: null, access_token: "good" }, true],
  ["both names, the first empty", { token: "", access_token: "good", expires_in: null, issued_at: 7 }, true],
  ["the second null", { token: "good", access_token: null }, true],
  ["nothing but null", { token: null, access_token: null }, false],
  ["a list", [], false],
  ["null", null, false],
  ["a number", { token: 7 }, false],
];

for (const [what, answer, isGood] of TOKENS) {
  Deno.test(`RegistryClient ${isGood ? "takes" : "refuses"} a token answer with ${what}`, () =>
    withTokenServer((url) => [`Bearer realm="${url}"`], answer, async (client) => {
      const asked = client.exists("ghcr.io", RELEASE, "stable");
      if (isGood) assert.equal(await asked, true);
      else await assert.rejects(asked, { failure: "unauthorized", message: /gave no pull token/ });
    }));
}

const PORTALS: readonly [string, () => Response, RegExp | undefined][] = [
  [
    "a page in its place",
    () => new Response("\n <!DOCTYPE html><html>Sign in", { status: 200 }),
    /by a page, not by/,
  ],
  [
    "511",
    () => new Response("", { status: 511 }),
    /is answered by a page, not by a registry$/,
  ],
  [
    "JSON, whatever its type is said to be",
    () => new Response("{}", { headers: { "content-type": "text/html" } }),
    undefined,
  ],
  ["nothing", () => new Response(null), undefined],
  ["401 with a page", () => new Response("<html>", { status: 401 }), undefined],
];

for (const [what, answer, message] of PORTALS) {
  Deno.test(`RegistryClient ${message ? "tells a portal of the network by" : "takes for a registry what gives"} ${what}`, async () => {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
    const client = clientOf(`http://127.0.0.1:${server.addr.port}`);
    try {
      if (message) await assert.rejects(client.ping("ghcr.io"), { failure: "captive", message });
      else assert.ok(await client.ping("ghcr.io"));
    } finally {
      client.close();
      await server.shutdown();
    }
  });
}

Deno.test("RegistryClient names the portal that it was sent on to, and the host that it could not reach", async () => {
  const other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("<html>"));
  let location = `http://127.0.0.1:${other.addr.port}/login`;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(null, { status: 302, headers: { location } }),
  );
  const client = clientOf(`http://127.0.0.1:${server.addr.port}`);
  const [asked, by] = [`127.0.0.1:${server.addr.port}`, `127.0.0.1:${other.addr.port}`];
  try {
    await assert.rejects(client.ping("ghcr.io"), { failure: "captive", host: asked, answeredBy: by });
    location = `http://127.0.0.1:${CLOSED_PORT}/blob`;
    await assert.rejects(client.exists("ghcr.io", "a/b", "1"), {
      failure: "tcp",
      host: `127.0.0.1:${CLOSED_PORT}`,
      sentOnBy: asked,
      message: `${asked} sends on to another host; 127.0.0.1:${CLOSED_PORT}: it cannot be reached`,
    });
  } finally {
    client.close();
    await Promise.all([server.shutdown(), other.shutdown()]);
  }
});

const MIRROR_LOGIN = { username: "site", password: "Geheim:77" };
const BASIC = `Basic ${btoa("site:Geheim:77")}`;

/** A mirror below a path that wants a login; `asked` is what it was sent. */
async function withMirror(
  scheme: "Basic" | "Bearer",
  path: string,
  body: (client: RegistryClient, asked: string[]) => Promise<void>,
  login: (host: string) => Record<string, typeof MIRROR_LOGIN> = (host) => ({ [host]: MIRROR_LOGIN }),
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request): Response => {
    const url = new URL(request.url);
    const authorization = request.headers.get("authorization");
    asked.push(`${url.pathname}${url.search} ${authorization ?? "-"}`);
    if (url.pathname === "/token") {
      return authorization === BASIC ? Response.json({ token: "good" }) : new Response("", { status: 401 });
    }
    if (authorization === (scheme === "Basic" ? BASIC : "Bearer good")) return new Response("{}");
    const realm = scheme === "Basic" ? '"mirror"' : `"${url.origin}/token"`;
    return new Response("", { status: 401, headers: { "www-authenticate": `${scheme} realm=${realm}` } });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  const client = clientOf(`http://${host}${path}`, {
    network: { logins: () => Promise.resolve(login(host)) },
  });
  try {
    await body(client, asked);
  } finally {
    client.close();
    await server.shutdown();
  }
}

Deno.test("RegistryClient signs in to a mirror below a path, by Basic and by Bearer", async () => {
  await withMirror("Basic", "/artifactory/api/docker/ghcr", async (client, asked) => {
    assert.equal((await client.ping("ghcr.io")).status, 401);
    assert.equal(await client.exists("ghcr.io", "a/b", "1"), true);
    assert.equal(await client.exists("ghcr.io", "a/b", "2"), true);
    assert.deepEqual(asked, [
      "/artifactory/api/docker/ghcr/v2/ -",
      "/artifactory/api/docker/ghcr/v2/a/b/manifests/1 -",
      `/artifactory/api/docker/ghcr/v2/a/b/manifests/1 ${BASIC}`,
      `/artifactory/api/docker/ghcr/v2/a/b/manifests/2 ${BASIC}`,
    ]);
  });
  await withMirror("Bearer", "/v2/ghcr-proxy", async (client, asked) => {
    assert.equal(await client.exists("ghcr.io", "a/b", "1"), true);
    assert.deepEqual(asked, [
      "/v2/ghcr-proxy/a/b/manifests/1 -",
      `/token?scope=repository%3Aghcr-proxy%2Fa%2Fb%3Apull ${BASIC}`,
      "/v2/ghcr-proxy/a/b/manifests/1 Bearer good",
    ]);
  });
});

Deno.test("RegistryClient tells nobody the login of another host, and says when one is wanted", async () => {
  await withMirror("Basic", "", async (client, asked) => {
    await assert.rejects(client.exists("ghcr.io", "a/b", "1"), {
      failure: "unauthorized",
      message: /^127\.0\.0\.1:\d+ wants a user name and password$/,
    });
    assert.deepEqual(asked, ["/v2/a/b/manifests/1 -"]);
  }, () => ({ "127.0.0.1": MIRROR_LOGIN, "other.example": MIRROR_LOGIN, "ghcr.io": MIRROR_LOGIN }));
});

Deno.test("RegistryClient passes on why the file of logins cannot be used", () =>
  withMirror("Basic", "", async (client) => {
    await assert.rejects(client.exists("ghcr.io", "a/b", "1"), { message: "chmod it" });
  }, () => {
    throw new NetworkError("unauthorized", "registry-login.json", "chmod it");
  }));

Deno.test("RegistryClient waits as long as Retry-After says and tries again", async () => {
  assert.equal(await waitFor(429, { "retry-after": "3" }), 3000);
});

for (const status of [429, 500, 502, 503, 504]) {
  Deno.test(`RegistryClient asks again after ${status} that does not say when`, async () => {
    assert.equal(await waitFor(status, {}), 1_000);
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
  assert.deepEqual(await askedAt(429), [1_000, 2_000]);
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
  ["Sat, 99 Nov 2026 12:00:04 GMT", DATE, 1000],
  ["2026-11-21T12:00:04Z", DATE, 1000],
  ["tomorrow", DATE, 1000],
  ["-1", DATE, 1000],
  ["", DATE, 1000],
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

const UNREAD: readonly [string, Record<string, unknown>][] = [
  ["charts of another kind", { charts: [1] }],
  ["null in every field that may be left out", {
    ...Object.fromEntries(
      "schema channel valuesProfile controlPlane charts supportAgent supportRecipients supportReceiptKeys upgradeFrom releasedAt backupWithinHours tookMinutes notes agent"
        .split(" ").map((key) => [key, null]),
    ),
  }],
  ["what is only noted down of another kind", { controlPlane: 5, supportAgent: { a: 1 } }],
  ["keys for bundles of which some are of another kind", { supportRecipients: [null, 5, "age1x"] }],
  ["a channel of another kind", { channel: 7 }],
  ["a channel that is null", { channel: null }],
  ["receipt keys of another kind", { supportReceiptKeys: "none" }],
  ["null in place of optional images", {
    images: { ...sampleReleaseManifest().images, workflowWorker: null, emailService: null },
  }],
  ["a tag of the topology that is null", { config: { ...sampleReleaseManifest().config, tag: null } }],
  ["a tag of the topology of another kind", { config: { ...sampleReleaseManifest().config, tag: "a/b" } }],
  ["values of parts that nobody has", {
    profileValues: { ...sampleReleaseManifest().profileValues, "later.values.json": { a: 1 } },
  }],
];

for (const [what, overrides] of UNREAD) {
  Deno.test(`resolveRelease() takes a manifest with ${what}`, () =>
    withRegistry(async (registry, client) => {
      await pushRelease(registry.url, ["stable"], { ...sampleReleaseManifest(), ...overrides });
      assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.4.0");
    }));
}

Deno.test("resolveRelease() ignores unknown fields", () =>
  withRegistry(async (registry, client) => {
    await pushRelease(registry.url, ["stable"], { ...sampleReleaseManifest(), later: { a: 1 } });
    assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.4.0");
  }));

Deno.test("fetchReferrers() gives the list, and follows no redirect to a page", async () => {
  const registry = await startSimRegistry();
  const client = clientOf(registry.url);
  const digest = `sha256:${"a".repeat(64)}`;
  const ask = () => client.fetchReferrers("ghcr.io", "nine-minds/x", digest);
  try {
    assert.equal(await ask(), undefined);
    registry.hasReferrers = true;
    assert.match(new TextDecoder().decode(await ask()), /"manifests":\[\]/);
    registry.requests.length = 0;
    registry.faults = [{
      match: "nine-minds/x/referrers/",
      status: 303,
      headers: { location: `${registry.url}/v2/` },
    }];
    assert.equal(await ask(), undefined);
    assert.equal(registry.requests.length, 1);
  } finally {
    client.close();
    await registry.close();
  }
});
