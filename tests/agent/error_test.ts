import assert from "node:assert/strict";
import { errorText } from "../../agent/error.ts";

for (
  const [given, wanted] of [
    ["one", "one"],
    ["  one\n\n  two\r\n three \n", "one two three"],
    ["one  two", "one  two"],
    ["\n \n", ""],
    ["a\u2028\nb", "a b"],
  ] as const
) {
  Deno.test(`errorText() writes ${JSON.stringify(given)} on one line`, () => {
    assert.equal(errorText(new Error(given)), wanted);
  });
}

Deno.test("errorText() takes the words of a failed fetch from its cause", () => {
  const cause = new Error("connection refused\nby peer");
  assert.equal(errorText(new TypeError("fetch failed", { cause })), "connection refused by peer");
});

Deno.test("errorText() ends, however much another machine has written", () => {
  assert.equal(errorText("x".repeat(1_000_000)).length, 8 * 1024);
});
