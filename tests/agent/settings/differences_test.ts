import assert from "node:assert/strict";
import { differences } from "../../../agent/settings/differences.ts";

Deno.test("differences() names each value that differs by its place, and no other", () => {
  const before = "appUrl: a\nserver:\n  image: {tag: x}\n  replicas: 1\nold: true\n";
  const after = "appUrl: b\nserver:\n  image: {tag: x}\n  replicas: 2\nnames: [a, b]\n";
  assert.deepEqual(differences(before, after), [
    { field: "appUrl", from: "a", to: "b" },
    { field: "server.replicas", from: "1", to: "2" },
    { field: "old", from: "true", to: undefined },
    { field: "names", from: undefined, to: '["a","b"]' },
  ]);
  assert.deepEqual(differences(after, after), []);
});

Deno.test("differences() of what was not there tells every value", () => {
  assert.deepEqual(differences(undefined, "a: 1\n"), [{ field: "a", from: undefined, to: "1" }]);
});

Deno.test("differences() marks values under keys of secrets", () => {
  const [password, url] = differences("", "smtp:\n  password: Geheim-7\nurl: x\n");
  assert.deepEqual([password?.field, password?.isSecret], ["smtp.password", true]);
  assert.equal(url?.isSecret, undefined);
});

for (const text of ["just words", "[1, 2]", "a: *nowhere", "{"]) {
  Deno.test(`differences() compares ${JSON.stringify(text)} as a whole`, () => {
    assert.deepEqual(differences("a: 1\n", text), [{ field: "", from: "a: 1\n", to: text }]);
  });
}

for (const [count, last] of [[50, undefined], [53, "3 more"]] as const) {
  Deno.test(`differences() of ${count} values say how many are not shown`, () => {
    const told = differences("", Array.from({ length: count }, (_, i) => `k${i}: 1\n`).join(""));
    assert.deepEqual([told[49]?.field, told[50]?.field], ["k49", last]);
  });
}
