import assert from "node:assert/strict";
import { explainNetworkText, hostOf } from "../../../agent/explain/network_text.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";
import { until } from "../../until.ts";

Deno.test("explainNetworkText() does not fall for names of images that look like causes", () => {
  const image = "registry.test/denied/lookup-429-403:not-found";
  const text =
    `failed to pull and unpack image "${image}": failed to resolve image: failed to do request: Head "https://registry.test/v2/denied/lookup-429-403/manifests/not-found": dial tcp 192.0.2.1:443: i/o timeout`;
  assert.equal(explainNetworkText(text)?.cause.id, "net.egress");
  assert.equal(
    explainNetworkText(`failed to pull image "${image}": context canceled`)?.cause.id,
    "img.interrupted",
  );
});

Deno.test("explainNetworkText() does not fall for names in an address whose scheme is in capitals", () => {
  const text = "failed to do request: HTTPS://registry.test/v2/429 dial tcp 192.0.2.1:443: i/o timeout";
  assert.equal(explainNetworkText(text)?.cause.id, "net.egress");
  assert.equal(hostOf(text), "registry.test");
});

Deno.test("explainNetworkText() tells DNS server and name", () => {
  const told = explainNetworkText(
    'Head "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 192.0.2.53:53: no such host',
  );
  assert.deepEqual([told?.cause.id, told?.server, told?.name], ["dns.nxdomain", "192.0.2.53", "ghcr.io"]);
});

Deno.test("explainNetworkText() takes IPv6 DNS servers", () => {
  assert.equal(
    explainNetworkText("dial tcp: lookup ghcr.io on [2001:db8::53]:53: i/o timeout")?.server,
    "2001:db8::53",
  );
});

Deno.test("explainNetworkText() names the servers behind a resolver on this machine, never the resolver", () => {
  for (const stub of ["127.0.0.53", "127.0.0.54", "127.0.1.1", "[::1]"]) {
    const text = `dial tcp: lookup ghcr.io on ${stub}:53: read udp 127.0.0.1:1->127.0.0.53:53: i/o timeout`;
    const dnsServers = ["192.0.2.53", "192.0.2.54"];
    assert.equal(explainNetworkText(text, { dnsServers })?.server, "192.0.2.53 and 192.0.2.54");
    assert.equal(explainNetworkText(text)?.server, "");
  }
});

Deno.test("explainNetworkText() gives nobody port 53 to open where the resolver only says that it failed", () => {
  const text = "dns error: failed to lookup address information: Temporary failure in name resolution";
  const told = explainNetworkText(text, { dnsServers: ["192.0.2.53"] });
  assert.deepEqual([told?.cause.id, told?.server], ["dns.failed", "192.0.2.53"]);
});

const HEAD = 'failed to do request: Head "https://r.test/v2/x/manifests/1": ';
const CAUSES: [text: string, id: string | undefined][] = [
  // The family counts: that no IPv6 gets there says nothing of IPv4.
  [`${HEAD}dial tcp [2a00:1450:403::200e]:443: connect: no route to host`, "net.ipv6"],
  [`${HEAD}dial tcp [fe80::1%ens3]:443: connect: no route to host`, "net.ipv6"],
  [`${HEAD}dial tcp 192.0.2.1:429: connect: connection refused`, "net.egress"],
  [
    `${HEAD}read tcp [2001:db8:502::1]:40000->[2001:db8:404::2]:443: read: connection timed out`,
    "img.interrupted",
  ],
  ["failed to copy: short read: expected 500 bytes but got 429: unexpected EOF", "img.interrupted"],
  ["failed to extract layer: mkdir /var/lib/x: permission denied", undefined],
  [`${HEAD}dial tcp 192.0.2.1:443: connect: permission denied`, "net.egress"],
  ["denied: requested access to the resource is denied", "reg.auth"],
  // The bare words of an answer are a proxy's, which could not open the connection.
  [`${HEAD}Gateway Timeout`, "net.egress"],
  [`${HEAD}remote error: tls: handshake failure`, "net.tls-intercept"],
  ["net/http: request canceled (Client.Timeout exceeded while awaiting headers)", "img.interrupted"],
  [
    `${HEAD}net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    "net.egress",
  ],
];
for (const [text, id] of CAUSES) {
  Deno.test(`explainNetworkText() takes for ${id ?? "nothing"}: ${text}`, () => {
    assert.equal(explainNetworkText(text)?.cause.id, id);
  });
}

Deno.test("explainNetworkText() names the host that a registry has sent on to, as DNS and firewalls know it", () => {
  const sent = 'failed to do request: Get "https://xn--mller-kva.example:8443/blobs/1?sig=x": dial tcp';
  const refused = explainNetworkText(`${sent} 192.0.2.1:8443: connect: connection refused`);
  assert.deepEqual([refused?.cause.id, refused?.server], ["net.egress", "xn--mller-kva.example:8443"]);
  const unknown = explainNetworkText(
    `${sent}: lookup xn--mller-kva.example on 192.0.2.53:53: no such host`,
  );
  assert.deepEqual([unknown?.cause.id, unknown?.name], ["dns.nxdomain", "xn--mller-kva.example"]);
});

const DEAD_PROXIES: readonly [end: string, proxy: string][] = [
  ["dial tcp 192.0.2.8:3128: i/o timeout", "192.0.2.8:3128"],
  ["dial tcp 192.0.2.8:3128: connect: no route to host", "192.0.2.8:3128"],
  ["dial tcp [2001:db8::8]:3128: connect: connection refused", "[2001:db8::8]:3128"],
  ["dial tcp [2001:db8::8]:3128: i/o timeout", "[2001:db8::8]:3128"],
  ["dial tcp [2001:db8::8]:3128: connect: network is unreachable", "[2001:db8::8]:3128"],
  ["dial tcp [fe80::1%ens3]:3128: connect: no route to host", "[fe80::1%ens3]:3128"],
  ["EOF", ""],
  ["context deadline exceeded", ""],
  ["tls: first record does not look like a TLS handshake", ""],
  ["tls: failed to verify certificate: x509: certificate signed by unknown authority", ""],
];
for (const [end, proxy] of DEAD_PROXIES) {
  Deno.test(`explainNetworkText() blames the proxy, not the registry, of: ${end}`, () => {
    const told = explainNetworkText(`${HEAD}proxyconnect tcp: ${end}`);
    assert.equal(told?.cause.id, "net.proxy-down");
    assert.equal(told?.server, proxy);
  });
}

Deno.test("explainNetworkText() knows nothing of ordinary text", () => {
  for (const text of ["", "ok", "stored artifact for digest 'sha256:429'", "Applied revision: sha256:404"]) {
    assert.equal(explainNetworkText(text), undefined, text);
  }
});

Deno.test("explainNetworkText() never throws on odd text", () => {
  const random = new Random(campaignSeed(3));
  for (let round = 0; round < campaignCount(500); round++) {
    const text = `Head "https://x/": dial tcp: lookup ${random.text(40)} on 1.2.3.4:53: i/o timeout ${
      random.text(200)
    }`;
    explainNetworkText(random.mutate(text));
  }
});

/** Texts of a million characters: what looks at the rest again from each place in them needs hours, not moments. */
const LONG_TEXTS = [
  '`image ${"a/".repeat(500_000)} lookup ${"x".repeat(500_000)}`',
  '`"${"x".repeat(1_000_000)}`',
  '"lookup ".repeat(150_000)',
  '"https://".repeat(125_000)',
  '"[a".repeat(500_000)',
  '"1.".repeat(500_000)',
];
for (const expression of LONG_TEXTS) {
  Deno.test(`explainNetworkText() comes to an end with ${expression}`, async () => {
    const module = new URL("../../../agent/explain/network_text.ts", import.meta.url).href;
    const source = `import { explainNetworkText } from "${module}";
      explainNetworkText(${expression});
      self.postMessage("over");`;
    // In a thread of its own: one that does not end can be ended.
    const worker = new Worker(`data:application/typescript,${encodeURIComponent(source)}`, {
      type: "module",
    });
    try {
      let said: unknown;
      worker.onmessage = ({ data }) => said = data;
      await until("it has looked at all of it", () => said, (it) => it === "over");
    } finally {
      worker.terminate();
    }
  });
}
