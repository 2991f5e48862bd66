import assert from "node:assert/strict";
import { clip, cut } from "../../../agent/text/clip.ts";

Deno.test("cut() keeps both ends of what is too long, and leaves the rest as it is", () => {
  assert.equal(cut("0123456789", 10), "0123456789");
  assert.equal(cut("0123456789abcdef", 10), "012345…def");
  assert.equal(cut("a\nb", 3), "a\nb");
});

Deno.test("clip() makes one line of it first", () => {
  assert.equal(clip("  one\n  two  ", 20), "one two");
  const long = clip(`cannot pull: ${"y".repeat(200)}: connection refused`, 90);
  assert.equal(long.length, 90);
  assert.match(long, /^cannot pull: y+…y*: connection refused$/);
});
