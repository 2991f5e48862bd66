import assert from "node:assert/strict";
import { hiddenCharacter, withHiddenShown, withoutHidden } from "../../../agent/text/hidden_characters.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";

for (
  const [text, wanted] of [
    ["plain – text …", "plain – text …"],
    ["a\u001b[31mb", "a [31mb"],
    ["a\r\nb\tc", "a b c"],
    ["a\u0085\u009bb", "a b"],
    ["a\u202eb\u2066c\u200fd\u061ce\u2028f", "a b c d e f"],
    ["a\u200bb\u00adc\ufeffd\ufe0fe\u{e0041}f\u2800g\ufff9h", "a b c d e f g h"],
  ] as const
) {
  Deno.test(`withoutHidden(${JSON.stringify(text)}) is ${JSON.stringify(wanted)}`, () => {
    assert.equal(withoutHidden(text), wanted);
  });
}

for (
  const [text, words] of [
    ["plain é 💥 مثال 山 a\u0301", undefined],
    ["", undefined],
    ["a\u0000", "a control character (U+0000)"],
    ["a\nb", "a control character (U+000A)"],
    ["\ud800", "a control character (U+D800)"],
    ["a\u2028", "a control character (U+2028)"],
    ["a\u202eb", "a control character (U+202E)"],
    ["a\u200fb", "a control character (U+200F)"],
    ["💥a\u200bb\u0000", "an invisible character (U+200B)"],
    ["a\u00adb", "an invisible character (U+00AD)"],
    ["a\ufeff", "an invisible character (U+FEFF)"],
    ["❤\ufe0f", "an invisible character (U+FE0F)"],
    ["a\u{e0041}", "an invisible character (U+E0041)"],
    ["\u3164", "an invisible character (U+3164)"],
  ] as const
) {
  Deno.test(`hiddenCharacter finds ${words ?? "nothing"} in ${JSON.stringify(text)}`, () => {
    assert.equal(hiddenCharacter(text)?.words, words);
  });
}

Deno.test("withHiddenShown writes numbers, and keeps tabs and line breaks", () => {
  assert.equal(
    withHiddenShown("a\u202eb\tc\r\n\u{e0041}d\u200b💥"),
    "a\\u202eb\tc\\u000d\n\\u{e0041}d\\u200b💥",
  );
});

Deno.test("a name keeps on a page the joiners that its script is not written without, and no others", () => {
  assert.equal(withHiddenShown("نیک\u200cفر a\u200cb"), "نیک\u200cفر a\\u200cb");
  assert.equal(withHiddenShown("\u202eنیک\u200cفر"), "\\u202eنیک\u200cفر");
  assert.equal(withHiddenShown("نیک\u200c\u200cفر"), "نیک\\u200c\\u200cفر");
});

Deno.test("the three rules agree on every text", () => {
  const random = new Random(campaignSeed(20261126));
  const pool = ["\u200b", "\u00ad", "\ufeff", "\ufe0f", "\u{e0041}", "\u061c", "\u2066", "$&", "a"];
  const count = campaignCount(4_000);
  let hiding = 0;
  for (let i = 0; i < count; i++) {
    const text = random.text(20) + random.pick(pool) + random.mutate(random.text(20));
    const isHiding = hiddenCharacter(text) !== undefined;
    if (isHiding) hiding++;
    assert.equal(withoutHidden(text) !== text, isHiding, `${i}: ${JSON.stringify(text)}`);
    assert.equal(hiddenCharacter(withoutHidden(text)), undefined, `${i}: ${JSON.stringify(text)}`);
    const onPage = withHiddenShown(text).replaceAll(/[\t\n]/g, "");
    assert.equal(hiddenCharacter(onPage), undefined, `${i}: ${JSON.stringify(text)}`);
  }
  assert.ok(hiding > count / 4 && hiding < count, `${hiding} of ${count}`);
});
