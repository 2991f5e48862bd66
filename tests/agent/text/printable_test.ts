import assert from "node:assert/strict";
import { printable, printLine } from "../../../agent/text/printable.ts";
import { Random } from "../../fakes/random.ts";

Deno.test("printLine() keeps a line whole without columns", () => {
  assert.equal(printLine("a ".repeat(100).trim(), 4, { columns: undefined }), "a ".repeat(100).trim());
});

Deno.test("printLine() breaks between words and indents what follows", () => {
  const text = "Next: Check that the data folder exists and can be written.";
  assert.equal(
    printLine(text, 6, { columns: 40 }),
    "Next: Check that the data folder exists\n      and can be written.",
  );
});

Deno.test("printLine() breaks a word that fits on no line", () => {
  assert.deepEqual(printLine("x".repeat(100), 2, { columns: 40 }).split("\n").map((it) => it.length), [
    40,
    40,
    24,
  ]);
});

Deno.test("printLine() ends, fits and loses nothing for any text (2,000 rounds)", () => {
  const random = new Random(7);
  for (let round = 0; round < 2_000; round++) {
    const text = random.text(200);
    const columns = 40 + random.below(60);
    const lines = printLine(text, random.below(30), { columns }).split("\n");
    assert.ok(lines.every((it) => it.length <= columns), `round ${round}: ${JSON.stringify(text)}`);
    assert.equal(lines.join("").replaceAll(" ", ""), printable(text).replaceAll(" ", ""), `round ${round}`);
  }
});

Deno.test("printable() takes out what steers a terminal", () => {
  assert.equal(printable("a\x1b[2Jb\r\nc\u202ed\u009be\x07"), "a [2Jb c d e ");
});
