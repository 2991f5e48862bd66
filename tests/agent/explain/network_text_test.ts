import assert from "node:assert/strict";
import { explainNetworkText } from "../../../agent/explain/network_text.ts";
import { Random } from "../../fakes/random.ts";

Deno.test("explainNetworkText() does not fall for names of images that look like causes", () => {
  const image = "registry.test/denied/lookup-429-403:not-found";
  const text =
    `failed to pull and unpack image "${image}": failed to resolve image: failed to do request: Head "https://registry.test/v2/denied/lookup-429-403/manifests/not-found": dial tcp 192.0.2.1:443: i/o timeout`;
  assert.equal(explainNetworkText(text)?.id, "net.egress");
  assert.equal(
    explainNetworkText(`failed to pull image "${image}": context canceled`)?.id,
    "img.interrupted",
  );
});

Deno.test("explainNetworkText() tells DNS server and name", () => {
  assert.deepEqual(
    explainNetworkText('Head "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 192.0.2.53:53: no such host'),
    {
      id: "dns.nxdomain",
      server: "192.0.2.53",
      name: "ghcr.io",
    },
  );
});

Deno.test("explainNetworkText() takes IPv6 DNS servers", () => {
  assert.equal(
    explainNetworkText("dial tcp: lookup ghcr.io on [2001:db8::53]:53: i/o timeout")?.server,
    "2001:db8::53",
  );
});

Deno.test("explainNetworkText() knows nothing of ordinary text", () => {
  for (const text of ["", "ok", "stored artifact for digest 'sha256:429'", "Applied revision: sha256:404"]) {
    assert.equal(explainNetworkText(text), undefined, text);
  }
});

Deno.test("explainNetworkText() never throws and stays fast on odd text", () => {
  const random = new Random(3);
  for (let round = 0; round < 500; round++) {
    explainNetworkText(
      random.mutate(
        `Head "https://x/": dial tcp: lookup ${random.text(40)} on 1.2.3.4:53: i/o timeout ${
          random.text(200)
        }`,
      ),
    );
  }
  const startedMs = performance.now();
  explainNetworkText(`image ${"a/".repeat(20_000)} lookup ${"x".repeat(20_000)}`);
  explainNetworkText(`"${"x".repeat(50_000)}`);
  assert.ok(performance.now() - startedMs < 1_000);
});
