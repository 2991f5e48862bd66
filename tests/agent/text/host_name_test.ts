import assert from "node:assert/strict";
import { isHostName } from "../../../agent/text/host_name.ts";

for (
  const [name, wanted] of [
    ["psa.example.com", true],
    ["psa.example.com.", true],
    ["localhost", true],
    ["my_host.lan", true],
    ["xn--exmple-cua.test", true],
    ["192.0.2.8", true],
    ["[2001:db8::1]", true],
    ["", false],
    ["a..b", false],
    ["-a.b", false],
    ["a-.b", false],
    ["a b", false],
    ['a"b', false],
    ["a'b", false],
    ["a$(id)b", false],
    ["a`id`b", false],
    ["a;b", false],
    [`${"a".repeat(64)}.b`, false],
    [`${"a.".repeat(127)}ab`, false],
  ] as const
) {
  Deno.test(`isHostName(${JSON.stringify(name.slice(0, 40))}) is ${wanted}`, () => {
    assert.equal(isHostName(name), wanted);
  });
}
