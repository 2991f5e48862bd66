import assert from "node:assert/strict";
import { bypassesProxy } from "../../../agent/net/no_proxy.ts";
import { Random } from "../../fakes/random.ts";

const ROWS: readonly [host: string, port: number | undefined, list: string, direct: boolean][] = [
  ["localhost", undefined, "", true],
  ["127.0.0.1", undefined, "", true],
  ["127.8.9.1", undefined, "", true],
  ["[::1]", undefined, "", true],
  ["::1", undefined, "", true],
  ["127.example.com", undefined, "", false],
  ["127.0.0.1.example.com", undefined, "", false],
  ["ghcr.io", 443, "*", true],
  ["ghcr.io", 443, "ghcr.io", true],
  ["GHCR.io", 443, "ghcr.IO", true],
  ["ghcr.io.", 443, "ghcr.io", true],
  ["pkg.ghcr.io", 443, "ghcr.io", true],
  ["notghcr.io", 443, "ghcr.io", false],
  ["pkg.ghcr.io", 443, ".ghcr.io", true],
  ["ghcr.io", 443, ".ghcr.io", false],
  ["pkg.ghcr.io", 443, "*.ghcr.io", true],
  ["ghcr.io", 443, "*.ghcr.io", false],
  ["ghcr.io", 443, "ghcr.io:443", true],
  ["ghcr.io", 80, "ghcr.io:443", false],
  ["pkg.ghcr.io", 443, ".ghcr.io:443", true],
  ["10.1.2.3", 443, "10.0.0.0/8", true],
  ["11.1.2.3", 443, "10.0.0.0/8", false],
  ["10.1.2.3", 443, "10.1.2.3", true],
  ["10.1.2.3", 5000, "10.1.2.3:5000", true],
  ["10.1.2.3", 443, "10.1.2.3:5000", false],
  ["10.1.2.3", 443, "1.2.3", false],
  ["10.1.2.3", 443, ".2.3", false],
  ["[2001:db8::1]", 443, "2001:db8::1", true],
  ["2001:db8::1", 443, "[2001:db8::1]", true],
  ["2001:db8:0::1", 443, "[2001:DB8::1]", true],
  ["[2001:db8::1]", 5000, "[2001:db8::1]:5000", true],
  ["[2001:db8::1]", 443, "[2001:db8::1]:5000", false],
  ["[2001:db8::1]", 443, "2001:db8::/32", true],
  ["[2001:db9::1]", 443, "2001:db8::/32", false],
  ["10.1.2.3", 443, "2001:db8::/32", false],
  ["::ffff:10.1.2.3", 443, "10.0.0.0/8", true],
  ["ghcr.io", 443, "10.0.0.0/8", false],
  ["10.1.2.3", 443, "10.0.0.0/99", false],
  ["10.1.2.3", 443, "/8", false],
  ["ghcr.io", 443, "", false],
  // Go, and with it containerd and Flux, reads no address that is not whole.
  ["192.168.0.1", 443, "192.168.1", false],
  ["10.1.2.3", 443, "10/8", false],
  ["10.1.2.3", 443, "010.0.0.0/8", false],
  ["10.1.2.3", 443, "10.9.9.9/8", true],
];

for (const [host, port, list, direct] of ROWS) {
  Deno.test(`bypassesProxy() ${direct ? "goes direct" : "uses the proxy"} for ${host}:${port} with "${list}"`, () => {
    assert.equal(bypassesProxy(host, list.split(",").filter(Boolean), port), direct);
    assert.equal(
      bypassesProxy(host, ["example.org", ...list.split(",").filter(Boolean), "192.0.2.0/24"], port),
      direct,
    );
  });
}

Deno.test("bypassesProxy() never throws, whatever the list and the host hold", () => {
  const random = new Random(11);
  const entries = ROWS.map((it) => it[2]);
  for (let round = 0; round < 2_000; round++) {
    const list = [random.mutate(random.pick(entries) || "x"), random.text(20)];
    assert.equal(
      typeof bypassesProxy(random.mutate(random.pick(ROWS)[0]), list, random.below(70_000)),
      "boolean",
    );
  }
});
