import assert from "node:assert/strict";
import { NetworkError } from "../../agent/net/errors.ts";
import { resolveRelease } from "../../agent/release/mod.ts";
import type { Credentials } from "../../tools/release/docker_credentials.ts";
import { moveChannel, type Pushed, pushRelease } from "../../tools/release/push_release.ts";
import { createRegistryWriter } from "../../tools/release/registry_writer.ts";
import type { OciArtifact } from "../../tools/release/oci_artifact.ts";
import { CLOSED_PORT } from "../simulator/free_port.ts";
import { clientOf, mirrorsTo, registryTest } from "./registry_case.ts";
import { buildSampleRelease } from "./sample_release_push.ts";

// "ada" with the password "release-test"
const HTPASSWD = "ada:$2b$05$abcdefghijklmnopqrstuukHsVUAZErHH7knyFACjatrgU8hmUVHy\n";
const ADA: Credentials = { user: "ada", password: "release-test" };
const NOBODY = (): undefined => undefined;

function push(
  url: string,
  artifacts: readonly OciArtifact[],
  credentials: (host: string) => Credentials | undefined = NOBODY,
): Promise<Pushed[]> {
  const writer = createRegistryWriter({ mirrors: mirrorsTo(url, artifacts), credentials });
  return Array.fromAsync(pushRelease(writer, artifacts));
}

registryTest(
  "a pushed release is resolved by the appliance's own code; a second push changes nothing",
  async (server) => {
    const { artifacts, manifest } = await buildSampleRelease(server.url);
    const first = await push(server.url, artifacts);
    assert.deepEqual(first.map((it) => [it.status, it.digest]), artifacts.map((it) => ["pushed", it.digest]));
    assert.match(first.at(-1)?.reference ?? "", /alga-appliance-release:1\.4\.0$/, "the pointer comes last");
    assert.deepEqual(
      (await push(server.url, artifacts)).map((it) => it.status),
      artifacts.map(() => "was there"),
    );

    const client = clientOf(server);
    try {
      const resolved = await resolveRelease(client, { reference: "1.4.0", channel: "stable" });
      assert.equal(resolved.manifestDigest, artifacts.at(-1)?.digest);
      assert.deepEqual(resolved.manifest, manifest);
      await assert.rejects(resolveRelease(client, { channel: "stable" }), { failure: "not-found" });

      const writer = createRegistryWriter({ mirrors: mirrorsTo(server.url, artifacts), credentials: NOBODY });
      const pointer = artifacts.at(-1) as OciArtifact;
      assert.equal((await moveChannel(writer, pointer, "stable")).status, "pushed");
      assert.equal((await moveChannel(writer, pointer, "stable")).status, "was there");
      const next = (await buildSampleRelease(server.url, { version: "1.5.0" })).artifacts;
      // The charts are the same: nothing but bundle and pointer is new.
      assert.deepEqual((await push(server.url, next)).map((it) => it.status).slice(-3), [
        "was there",
        "pushed",
        "pushed",
      ]);
      await moveChannel(writer, next.at(-1) as OciArtifact, "stable");
      assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.5.0");
    } finally {
      client.close();
    }
  },
);

registryTest(
  "a tag that holds something else is not overwritten, and nothing else is sent",
  async (server) => {
    const { artifacts } = await buildSampleRelease(server.url);
    await push(server.url, artifacts);
    const other =
      (await buildSampleRelease(server.url, { values: { "alga-core": { appUrl: "http://x" } } })).artifacts;
    const before = await push(server.url, artifacts);
    await assert.rejects(push(server.url, other), {
      name: "ReleaseError",
      message: /alga-appliance-config:1\.4\.0 is already published with other content/,
      hint: /Choose a new version/,
    });
    assert.deepEqual(await push(server.url, artifacts), before);
  },
);

registryTest("a registry that only reads is named with what it answered", async (server) => {
  const { artifacts } = await buildSampleRelease(server.url);
  await assert.rejects(push(server.url, artifacts), (error: NetworkError) => {
    assert.equal(error.status, 405);
    assert.match(error.message, /answered 405 for an upload to nine-minds\/charts\/pgbouncer/);
    return true;
  });
}, { readOnly: true });

registryTest("a registry with passwords takes the right one and says 401 otherwise", async (server) => {
  const { artifacts } = await buildSampleRelease(server.url);
  for (const credentials of [NOBODY, () => ({ ...ADA, password: "wrong" })]) {
    await assert.rejects(push(server.url, artifacts, credentials), (error: NetworkError) => {
      assert.equal(error.failure, "unauthorized");
      assert.doesNotMatch(Deno.inspect(error), /wrong|release-test/);
      return true;
    });
  }
  assert.ok((await push(server.url, artifacts, () => ADA)).every((it) => it.status === "pushed"));
}, { htpasswd: HTPASSWD });

registryTest(
  "a registry with a token service gets a token for writing, asked for with the password",
  async (server) => {
    const asked: { url: string; authorization: string | null }[] = [];
    const front: Deno.HttpServer<Deno.NetAddr> = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
    }, async (request): Promise<Response> => {
      const url = new URL(request.url);
      if (url.pathname === "/token") {
        asked.push({ url: url.search, authorization: request.headers.get("authorization") });
        return asked.at(-1)?.authorization === `Basic ${btoa(`${ADA.user}:${ADA.password}`)}`
          ? Response.json({ token: "let-me-write" })
          : new Response(null, { status: 401 });
      }
      if (request.headers.get("authorization") !== "Bearer let-me-write") {
        const challenge =
          `Bearer realm="http://127.0.0.1:${front.addr.port}/token",service="front",scope="placeholder"`;
        return new Response(null, { status: 401, headers: { "www-authenticate": challenge } });
      }
      const headers = new Headers(request.headers);
      headers.delete("host");
      const body = request.body === null ? null : await request.arrayBuffer();
      const reply = await fetch(`${server.url}${url.pathname}${url.search}`, {
        method: request.method,
        headers,
        body,
      });
      const location = reply.headers.get("location");
      const answer = new Response(reply.body, reply);
      if (location !== null) {
        answer.headers.set("location", location.replace(server.url, `http://127.0.0.1:${front.addr.port}`));
      }
      return answer;
    });
    try {
      const url = `http://127.0.0.1:${front.addr.port}`;
      const { artifacts } = await buildSampleRelease(url);
      assert.ok((await push(url, artifacts, () => ADA)).every((it) => it.status === "pushed"));
      assert.match(asked[0]?.url ?? "", /scope=repository%3Anine-minds%2Fcharts%2Fpgbouncer%3Apull%2Cpush/);
      assert.equal(asked.length, artifacts.length, "one token per repository");
      await assert.rejects(push(url, artifacts), { failure: "unauthorized", status: 401 });
    } finally {
      await front.shutdown();
    }
  },
);

Deno.test("a password goes over no open wire", async () => {
  const reached: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    reached.push(request.headers.get("authorization"));
    const realm = 'Bearer realm="http://registry.invalid/token",service="x"';
    return new Response(null, { status: 401, headers: { "www-authenticate": realm } });
  });
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const { artifacts } = await buildSampleRelease(url);
    await assert.rejects(push(url, artifacts, () => ADA), {
      failure: "tls",
      message: /registry\.invalid would get the password unencrypted/,
    });
    assert.deepEqual(reached, [null]);
  } finally {
    await server.shutdown();
  }
});

Deno.test("an upload that leads to another host gets no password, even if that host asks for it", async () => {
  const seen: string[] = [];
  let asksForPassword = false;
  const storage: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request): Response => {
      seen.push(`${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
      if (!asksForPassword) return new Response(null, { status: 201 });
      const challenge = `Bearer realm="http://127.0.0.1:${storage.addr.port}/token",service="x"`;
      return new Response(null, { status: 401, headers: { "www-authenticate": challenge } });
    },
  );
  const registry = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    if (request.headers.get("authorization") === null) {
      return new Response(null, { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } });
    }
    if (request.method !== "POST") return new Response(null, { status: 404 });
    const location = `http://127.0.0.1:${storage.addr.port}/upload?id=1`;
    return new Response(null, { status: 202, headers: { location } });
  });
  try {
    const writer = createRegistryWriter({
      mirrors: { "ghcr.io": `http://127.0.0.1:${registry.addr.port}` },
      credentials: () => ADA,
    });
    const blob = { digest: "sha256:0", bytes: new Uint8Array([1]) };
    assert.equal(await writer.pushBlob("ghcr.io", "x", blob), true);
    asksForPassword = true;
    await assert.rejects(writer.pushBlob("ghcr.io", "x", blob), { failure: "unauthorized" });
    assert.deepEqual(seen, ["/upload null", "/upload null"]);
  } finally {
    await registry.shutdown();
    await storage.shutdown();
  }
});

Deno.test("a registry that is not there is told apart from one that refuses", async () => {
  const url = `http://127.0.0.1:${CLOSED_PORT}`;
  const { artifacts } = await buildSampleRelease(url);
  await assert.rejects(push(url, artifacts), { name: "NetworkError", failure: "tcp" });
});

registryTest("a registry that keeps nothing is found out", async (server) => {
  const { artifacts } = await buildSampleRelease(server.url);
  const writer = createRegistryWriter({ mirrors: mirrorsTo(server.url, artifacts), credentials: NOBODY });
  const forgetful = { ...writer, pushManifest: () => Promise.resolve() };
  await assert.rejects(
    Array.fromAsync(pushRelease(forgetful, artifacts)),
    /was sent as sha256:\w+ and reads back as nothing/,
  );
  const lossy = { ...writer, hasBlob: () => Promise.resolve(false) };
  await assert.rejects(Array.fromAsync(pushRelease(lossy, artifacts)), /lacks sha256:\w+ after it was sent/);
});
