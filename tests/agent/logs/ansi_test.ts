import assert from "node:assert/strict";
import { parseAnsi, withoutAnsi } from "../../../agent/logs/ansi.ts";

const CASES: readonly [name: string, line: string, runs: unknown[]][] = [
  ["plain text", "text", [{ text: "text" }]],
  ["an empty line", "", [{ text: "" }]],
  ["a colour and its end", "\u001b[31mred\u001b[0m not", [{ text: "red", color: "red" }, { text: " not" }]],
  ["bold in a colour", "\u001b[1;32mok\u001b[22m ok", [{ text: "ok", bold: true, color: "green" }, {
    text: " ok",
    color: "green",
  }]],
  ["a bright colour", "\u001b[91mx\u001b[39my", [{ text: "x", color: "red" }, { text: "y" }]],
  ["one of 256 colours", "\u001b[38;5;9mx\u001b[38;5;200my", [{ text: "x", color: "red" }, { text: "y" }]],
  ["a true colour is ink", "\u001b[38;2;1;2;3mx", [{ text: "x" }]],
  ["a ground is passed over", "\u001b[41mx", [{ text: "x" }]],
  ["a ground of 256 does not eat the colour", "\u001b[48;5;4;31mx", [{ text: "x", color: "red" }]],
  ["an empty sequence ends all", "\u001b[4mx\u001b[my", [{ text: "x", underline: true }, { text: "y" }]],
  ["the cursor is not moved", "a\u001b[2K\u001b[1;1Hb", [{ text: "a" }, { text: "b" }]],
  ["a link keeps its text", "\u001b]8;;http://x\u0007here\u001b]8;;\u0007", [{ text: "here" }]],
  ["a title is dropped", "\u001b]0;pwned\u001b\\x", [{ text: "x" }]],
  ["two characters", "\u001bcx\u001b(By", [{ text: "x" }, { text: "y" }]],
];

for (const [name, line, runs] of CASES) {
  Deno.test(`parseAnsi(): ${name}`, () => assert.deepEqual(parseAnsi(line), runs));
}

Deno.test("withoutAnsi() leaves no escape of a sequence, and keeps half a sequence to be shown", () => {
  assert.equal(withoutAnsi("\u001b[31mred\u001b[0m"), "red");
  assert.equal(withoutAnsi("x\u001b"), "x\u001b");
});
