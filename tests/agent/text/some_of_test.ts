import assert from "node:assert/strict";
import { someOf } from "../../../agent/text/some_of.ts";

for (
  const [texts, text] of [[[], ""], [["a", "b"], "a; b"], [["a", "b", "c"], "a; b and 1 more"]] as const
) {
  Deno.test(`someOf() tells of ${texts.length} texts, of which two may be shown`, () => {
    assert.equal(someOf(texts, 2, "; "), text);
  });
}
