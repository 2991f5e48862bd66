import assert from "node:assert/strict";
import { readSecret } from "../../../agent/cli/read_secret.ts";

/** Types these bytes, one at a time. */
function keyboard(text: string) {
  const bytes = [...new TextEncoder().encode(text)];
  const modes: boolean[] = [];
  return {
    modes,
    left: () => bytes.length,
    setRaw: (isRaw: boolean) => void modes.push(isRaw),
    read(into: Uint8Array) {
      const byte = bytes.shift();
      if (byte === undefined) return Promise.resolve(null);
      into[0] = byte;
      return Promise.resolve(1);
    },
  };
}

for (
  const [typed, wanted] of [
    ["Word-7!\r", "Word-7!"],
    ["Word-7!\nmore", "Word-7!"],
    ["Wärd\u007f\u007f\u007förd\r", "Wörd"],
    ["wrong\u0015right\r", "right"],
    ["\u007f\u007fx\r", "x"],
    ["half\u0003", undefined],
    ["\u0004", undefined],
    ["a\u0004b\r", "a\u0004b"],
    ["", undefined],
    ["no end", "no end"],
    ["\r", ""],
  ] as const
) {
  Deno.test(`readSecret() of ${JSON.stringify(typed)} is ${JSON.stringify(wanted)}, and shows keys again`, async () => {
    const it = keyboard(typed);
    assert.equal(await readSecret(it), wanted);
    assert.deepEqual(it.modes, [true, false]);
  });
}

Deno.test("readSecret() ends by itself when keys never do", async () => {
  const it = keyboard("x".repeat(5_000));
  assert.equal((await readSecret(it))?.length, 1_000);
  assert.deepEqual(it.modes, [true, false]);
});
