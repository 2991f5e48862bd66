import assert from "node:assert/strict";
import { resolveRelease } from "../../../agent/release/mod.ts";
import { createHash } from "node:crypto";
import { fetchFile } from "../../../agent/net/fetch_file.ts";
import type { NetworkSettings } from "../../../agent/net/settings.ts";
import { NetworkError } from "../../../agent/net/errors.ts";
import { makeCertificates } from "../../cluster/certificates.ts";
import { pushRelease } from "../../simulator/push.ts";
import { type SimRegistry, startSimRegistry } from "../../simulator/registry.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { startDnsServer } from "../preflight/dns_server.ts";
import { clientOf } from "../registry/client_of.ts";
import { type HttpProxy, startHttpProxy, startTlsFront } from "./http_proxy.ts";

const NAME = "registry.example.test";

interface Site {
  registry: SimRegistry;
  proxy: HttpProxy;
  /** The registry by a name that only the proxy knows, with TLS. */
  url: string;
  port: number;
  certificate: { cert: string; key: string };
  caCerts: string[];
}

/** A registry behind TLS that can be reached through a proxy only. */
async function withSite(body: (site: Site) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-proxy-" });
  const serverNames = [`DNS:${NAME}`, "DNS:files.example.test"];
  const { caPem } = await makeCertificates(dir, { serverNames });
  const certificate = {
    cert: await Deno.readTextFile(`${dir}/server.crt`),
    key: await Deno.readTextFile(`${dir}/server.key`),
  };
  const registry = await startSimRegistry();
  const front = startTlsFront(Number(new URL(registry.url).port), certificate);
  const proxy = startHttpProxy();
  try {
    await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
    registry.requests.length = 0;
    const { port } = front;
    await body({
      registry,
      proxy,
      port,
      url: `https://${NAME}:${port}`,
      certificate,
      caCerts: [caPem],
    });
  } finally {
    await proxy.close();
    await front.close();
    await registry.close();
    await Deno.remove(dir, { recursive: true });
  }
}

const withUser = ({ url }: HttpProxy) => url.replace("//", "//user:p%40ss%3Aword@");

Deno.test("RegistryClient reads a release through a proxy that wants a password, which stays with the proxy", () =>
  withSite(async ({ registry, proxy, url, port, caCerts }) => {
    const asked = clientOf(url, { network: { dnsServers: [], proxyUrl: withUser(proxy), caCerts } });
    assert.equal((await resolveRelease(asked, { channel: "stable" })).manifest.version, "1.4.0");
    assert.ok(proxy.asked.length > 0);
    for (const it of proxy.asked) {
      assert.deepEqual(it, { line: `CONNECT ${NAME}:${port}`, credentials: "user:p@ss:word" });
    }
    assert.ok(registry.requests.length >= 2);
    assert.ok(registry.requests.every((it) => it.authorization === null));
    asked.close();
  }));

Deno.test("RegistryClient blames the proxy that is away, and not the host it was to lead to", async () => {
  for (
    const [url, proxyUrl] of [
      ["http://mirror.example", `http://127.0.0.1:${CLOSED_PORT}`],
      ["https://mirror.example", `http://127.0.0.1:${CLOSED_PORT}`],
      ["http://mirror.example", "http://proxy.invalid:3128"],
    ] as const
  ) {
    const asked = clientOf(url, { network: { dnsServers: [], proxyUrl } });
    await assert.rejects(asked.ping("ghcr.io"), {
      failure: "proxy",
      message: "mirror.example: the proxy refused or did not answer",
    });
    asked.close();
  }
});

Deno.test("RegistryClient sends a proxy a key that stands alone, as user name or as password", () =>
  withSite(async ({ proxy, url, caCerts }) => {
    for (const login of ["key:", ":key"]) {
      proxy.asked.length = 0;
      const proxyUrl = proxy.url.replace("//", `//${login}@`);
      const asked = clientOf(url, { network: { dnsServers: [], proxyUrl, caCerts } });
      await asked.ping("ghcr.io");
      assert.deepEqual(proxy.asked.map((it) => it.credentials), [login]);
      asked.close();
    }
  }));

Deno.test("RegistryClient lets the proxy look names up even when DNS servers were chosen", () =>
  withSite(async ({ proxy, url, caCerts }) => {
    const asked = clientOf(url, {
      network: { dnsServers: ["127.0.0.1"], dnsPort: 9, proxyUrl: proxy.url, caCerts },
    });
    assert.equal((await asked.ping("ghcr.io")).status, 200);
    assert.equal(proxy.asked.length, 1);
    asked.close();
  }));

Deno.test("RegistryClient asks for docker.io where its registry is, as the container runtime does", () =>
  withSite(async ({ proxy, caCerts }) => {
    proxy.refusal = "403 Forbidden";
    const asked = clientOf("http://127.0.0.1", { network: { dnsServers: [], proxyUrl: proxy.url, caCerts } });
    await assert.rejects(asked.ping("docker.io"), { failure: "proxy" });
    assert.deepEqual(proxy.asked.map((it) => it.line), ["CONNECT registry-1.docker.io:443"]);
    asked.close();
  }));

Deno.test("RegistryClient goes straight to an exception of the proxy, its name asked of the chosen servers", () =>
  withSite(async ({ proxy, url, caCerts }) => {
    const dns = startDnsServer(() => ({ addresses: ["127.0.0.1"] }));
    const asked = clientOf(url, {
      network: {
        dnsServers: ["127.0.0.1"],
        dnsPort: dns.port,
        proxyUrl: proxy.url,
        noProxy: ["example.test"],
        caCerts,
      },
    });
    try {
      assert.equal((await asked.ping("ghcr.io")).status, 200);
      assert.deepEqual(proxy.asked, []);
    } finally {
      asked.close();
      await dns.close();
    }
  }));

for (const refusal of ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"]) {
  Deno.test(`RegistryClient tells "proxy" when the proxy answers ${refusal}`, () =>
    withSite(async ({ proxy, url, caCerts }) => {
      proxy.refusal = refusal;
      const asked = clientOf(url, { network: { dnsServers: [], proxyUrl: withUser(proxy), caCerts } });
      await assert.rejects(asked.ping("ghcr.io"), (error: NetworkError) => {
        assert.equal(error.failure, "proxy", error.message);
        return !error.message.includes("p@ss") && !error.message.includes("p%40ss");
      });
      asked.close();
    }));
}

Deno.test("a 407 is the proxy's where it was asked in plain, and the mirror's own through a tunnel or straight", () =>
  withSite(async ({ registry, proxy, url, caCerts }) => {
    proxy.refusal = "407 Proxy Authentication Required";
    const network = { dnsServers: [], proxyUrl: proxy.url, caCerts };
    const plain = clientOf("http://registry.test", { network });
    await assert.rejects(plain.ping("ghcr.io"), { failure: "proxy", status: 407 });
    plain.close();

    proxy.refusal = undefined;
    registry.faults.push({ match: "nine-minds/", status: 407 });
    const tunnelled = clientOf(url, { network });
    await assert.rejects(resolveRelease(tunnelled, { channel: "stable" }), (error: NetworkError) => {
      assert.deepEqual([error.failure, error.status], ["unauthorized", 407]);
      assert.match(error.message, /wants a user name and password, in the way of a proxy$/);
      return true;
    });
    tunnelled.close();
  }));

Deno.test('RegistryClient tells "tls" for an authority that is not trusted, through the proxy as well', () =>
  withSite(async ({ proxy, url }) => {
    const asked = clientOf(url, { network: { dnsServers: [], proxyUrl: proxy.url } });
    await assert.rejects(asked.ping("ghcr.io"), { failure: "tls" });
    asked.close();
  }));

/** Fails unless the address gives this text. */
async function fetchText(network: NetworkSettings, url: URL, text: string): Promise<void> {
  const host = new FakeHost();
  const sha256 = createHash("sha256").update(text).digest("hex");
  const file = { what: "a file", url, path: "/a", mode: 0o600, sha256, maxBytes: 1_000 };
  await fetchFile(host, network, file, { signal: AbortSignal.timeout(60_000) });
  assert.equal(await host.readText("/a"), text);
}

Deno.test("fetchFile() follows a redirect through the proxy, each name for itself", () =>
  withSite(async ({ proxy, certificate, caCerts }) => {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, ...certificate },
      (request) => {
        const { host, port, pathname } = new URL(request.url);
        return host.startsWith(NAME)
          ? new Response(null, { status: 302, headers: { location: `https://files.example.test:${port}/x` } })
          : new Response(`the file at ${pathname}`);
      },
    );
    const { port } = server.addr;
    const network = { dnsServers: [], proxyUrl: withUser(proxy), noProxy: ["192.0.2.0/24"], caCerts };
    await fetchText(network, new URL(`https://${NAME}:${port}/k3s`), "the file at /x");
    assert.deepEqual(proxy.asked.map((it) => it.line), [
      `CONNECT ${NAME}:${port}`,
      `CONNECT files.example.test:${port}`,
    ]);
    await server.shutdown();
  }));

Deno.test("fetchFile() asks the chosen DNS servers, and goes straight to an exception of the proxy", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("bytes"));
  const dns = startDnsServer(() => ({ addresses: ["127.0.0.1"] }));
  const url = new URL(`http://files.example.test:${server.addr.port}/k3s`);
  const custom = { dnsServers: ["127.0.0.1"], dnsPort: dns.port };
  const closedProxy = { proxyUrl: `http://127.0.0.1:${CLOSED_PORT}`, noProxy: ["files.example.test"] };
  try {
    for (const network of [custom, { ...custom, ...closedProxy }]) {
      await fetchText(network, url, "bytes");
    }
  } finally {
    await dns.close();
    await server.shutdown();
  }
});
