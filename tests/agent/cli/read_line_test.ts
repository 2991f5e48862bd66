import assert from "node:assert/strict";
import { readLine } from "../../../agent/cli/read_line.ts";

/** A stream that gives what is asked for, at most `most` bytes at once. */
function input(text: string) {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return {
    read: (into: Uint8Array) => {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
  };
}

Deno.test("readLine() gives a line without its end and leaves the next one unread", async () => {
  const from = input("ja, für immer\nyes\n");
  assert.equal(await readLine(from), "ja, für immer");
  assert.equal(await readLine(from), "yes");
  assert.equal(await readLine(from), undefined);
});

Deno.test("readLine() gives what there is before the end of the input, nothing behind it, and no endless line", async () => {
  assert.equal(await readLine(input("yes")), "yes");
  assert.equal((await readLine(input("x".repeat(5_000))))?.length, 1_000);
});
