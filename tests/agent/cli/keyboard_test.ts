import assert from "node:assert/strict";
import { readKeys } from "../../../agent/cli/keyboard.ts";

/** An input that gives these texts or bytes, one a read; after each it waits for so long. */
function input(parts: readonly (string | Uint8Array)[], waitMs = 0) {
  const left = parts.map((it) => typeof it === "string" ? new TextEncoder().encode(it) : it);
  return {
    async read(into: Uint8Array) {
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const part = left.shift();
      if (part === undefined) return null;
      into.set(part.subarray(0, into.length));
      if (part.length > into.length) left.unshift(part.subarray(into.length));
      return Math.min(part.length, into.length);
    },
  };
}

const keysOf = async (...parts: (string | Uint8Array)[]) =>
  (await Array.fromAsync(readKeys(input(parts, 1)))).map((it) =>
    it.text || `${it.isCtrl ? "^" : ""}${it.name}`
  );

const CASES: readonly [what: string, parts: (string | Uint8Array)[], keys: string[]][] = [
  ["letters, digits and Enter", ["aB3", "\r"], ["a", "B", "3", "return"]],
  ["arrows of a vt220 and of the kernel's console", ["\x1b[A\x1bOB", "\x1b[C"], ["up", "down", "right"]],
  ["an arrow that a slow line cuts in pieces", ["\x1b", "[", "A"], ["up"]],
  ["a letter of two bytes, cut between them", [new Uint8Array([0xc3]), new Uint8Array([0xbc])], ["ü"]],
  ["both keys that take a letter back", ["\x7f\b"], ["backspace", "backspace"]],
  ["control keys", ["\x03\x0c\x15"], ["^c", "^l", "^u"]],
];
for (const [what, parts, keys] of CASES) {
  Deno.test(`readKeys() reads ${what}`, async () => {
    assert.deepEqual(await keysOf(...parts), keys);
  });
}

Deno.test("readKeys() gives an Escape by itself after half a second, and bytes that mean nothing break nothing", async () => {
  const keys: string[] = [];
  for await (const key of readKeys(input(["\x1b", "x"], 700))) keys.push(key.text || key.name);
  assert.deepEqual(keys, ["escape", "x"]);
  const noise = Uint8Array.from({ length: 4_000 }, (_, i) => (i * 37) % 256);
  for await (const key of readKeys(input([noise]))) assert.ok(!/\p{Cc}/u.test(key.text));
});
