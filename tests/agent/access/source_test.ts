import assert from "node:assert/strict";
import { sourceOf } from "../../../agent/access/source.ts";

for (
  const [address, source] of [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["socket", "socket"],
    ["", ""],
  ] as const
) {
  Deno.test(`sourceOf("${address}") is "${source}"`, () => assert.equal(sourceOf(address), source));
}

Deno.test("every address of one /64 is one source, and the next /64 another", () => {
  const of = (end: string) => sourceOf(`2001:db8:0:1:${end}`);
  assert.equal(new Set([":1", "ffff:ffff:ffff:ffff", ":dead:beef"].map(of)).size, 1);
  assert.notEqual(sourceOf("2001:db8:0:1::1"), sourceOf("2001:db8:0:2::1"));
});
