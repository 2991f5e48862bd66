import assert from "node:assert/strict";
import { RealHost } from "../../../agent/host/real_host.ts";
import { fetchStatus } from "../../../agent/net/fetch_file.ts";
import { onHost } from "../../../agent/net/settings.ts";
import { createTransport } from "../../../agent/net/transport.ts";
import { makeCertificates } from "../../cluster/certificates.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { startDnsServer } from "../preflight/dns_server.ts";
import { clientOf } from "../registry/client_of.ts";

for (const repository of ["proxy/tunnel", "crossland/nettls", "certificate/handshake"]) {
  Deno.test(`RegistryClient tells "tcp" when nobody listens, although what it asks for is called ${repository}`, async () => {
    const client = clientOf(`http://127.0.0.1:${CLOSED_PORT}`);
    try {
      await assert.rejects(client.fetchManifest("ghcr.io", repository, "1"), { failure: "tcp" });
    } finally {
      client.close();
    }
  });
}

Deno.test("A name is asked of the second DNS server when the first one is silent", async () => {
  const dns = startDnsServer(() => ({ addresses: ["127.0.0.1"] }));
  const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.2", port: dns.port });
  const registry = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response());
  const client = clientOf(`http://registry.example.test:${registry.addr.port}`, {
    network: { dnsServers: ["127.0.0.2", "127.0.0.1"], dnsPort: dns.port },
  });
  try {
    assert.equal((await client.ping("ghcr.io")).status, 200);
  } finally {
    client.close();
    silent.close();
    await registry.shutdown();
    await dns.close();
  }
});

Deno.test("A mirror by its IPv6 address is reached with TLS when DNS servers were chosen", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-transport-" });
  const { caPem } = await makeCertificates(dir, { serverNames: ["IP:::1"] });
  const [cert, key] = await Promise.all(["crt", "key"].map((it) => Deno.readTextFile(`${dir}/server.${it}`)));
  const registry = Deno.serve(
    { hostname: "::1", port: 0, cert: cert ?? "", key: key ?? "", onListen() {} },
    () => new Response(),
  );
  const client = clientOf(`https://[::1]:${registry.addr.port}`, {
    network: { dnsServers: ["127.0.0.1"], caCerts: [caPem] },
  });
  try {
    assert.equal((await client.ping("ghcr.io")).status, 200);
  } finally {
    client.close();
    await registry.shutdown();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("createTransport() takes a proxy whose password holds a % as it stands: its check says what is wrong", () => {
  createTransport({ dnsServers: [], proxyUrl: "http://user:50%off@127.0.0.1:3128" }).close();
});

Deno.test("The authorities that count are those below the host's root, read again for each client", async () => {
  const root = await Deno.makeTempDir({ prefix: "alga-root-" });
  const { caPem } = await makeCertificates(root, { serverNames: ["DNS:localhost"] });
  const [cert, key] = await Promise.all(
    ["crt", "key"].map((it) => Deno.readTextFile(`${root}/server.${it}`)),
  );
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert: cert ?? "", key: key ?? "", onListen() {} },
    () => new Response(),
  );
  const host = new RealHost(root);
  const ask = () =>
    fetchStatus(onHost({ dnsServers: [] }, host), new URL(`https://localhost:${server.addr.port}/`), {
      signal: new AbortController().signal,
    });
  try {
    await assert.rejects(ask(), { failure: "tls" });
    await host.writeFile("/etc/ssl/certs/ca-certificates.crt", caPem, { mode: 0o644 });
    assert.equal(await ask(), 200);
  } finally {
    await server.shutdown();
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("A host that a registry sends on to is asked and named as DNS and firewalls know it", async () => {
  const dns = startDnsServer((_, name) =>
    name === "registry.example.test" ? { addresses: ["127.0.0.1"] } : "NXDOMAIN"
  );
  const location = "https://müller.example.test/blobs/1";
  const registry = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    // As a header is sent: its letters as bytes.
    () => new Response(null, { status: 307, headers: { location: encodeURI(location) } }),
  );
  const client = clientOf(`http://registry.example.test:${registry.addr.port}`, {
    network: { dnsServers: ["127.0.0.1"], dnsPort: dns.port },
  });
  try {
    await assert.rejects(client.fetchManifest("ghcr.io", "nine-minds/x", "1"), {
      failure: "dns",
      host: "xn--mller-kva.example.test",
      message: /sends on to another host; .*xn--mller-kva\.example\.test/,
    });
    assert.ok(dns.asked.some((it) => it.endsWith(" xn--mller-kva.example.test")), dns.asked.join(", "));
  } finally {
    client.close();
    await registry.shutdown();
    await dns.close();
  }
});
