import assert from "node:assert/strict";
import { withoutControls } from "../../../agent/text/control_characters.ts";

for (
  const [text, wanted] of [
    ["plain – text …", "plain – text …"],
    ["a\u001b[31mb", "a [31mb"],
    ["a\r\nb\tc", "a b c"],
    ["a\u0085\u009bb", "a b"],
    ["a\u202eb\u2066c\u200fd\u061ce\u2028f", "a b c d e f"],
  ] as const
) {
  Deno.test(`withoutControls(${JSON.stringify(text)}) is ${JSON.stringify(wanted)}`, () => {
    assert.equal(withoutControls(text), wanted);
  });
}
