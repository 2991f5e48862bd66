import assert from "node:assert/strict";
import { passwordProblems } from "../../../agent/text/password_rules.ts";

for (
  const [password, problem] of [
    ["Correct-Horse7!", undefined],
    ["Pässwörd-7!", undefined],
    ["Shrt-7!", /at least 8 characters/],
    ["UPPER-CASE7!", /lower-case letter/],
    ["lower-case7!", /upper-case letter/],
    ["No-Digits-Here!", /a digit/],
    ["NoSpecial7-", /one of ! @ #/],
    [`Aa7!${"x".repeat(197)}`, /longer than 200 characters/],
    ["Zero-Width7!\u200b", /an invisible character, which cannot be typed/],
    ["Steering-7!\u202e", /a control character, which cannot be typed/],
  ] as const
) {
  Deno.test(`passwordProblems() of "${encodeURI(password).slice(0, 30)}": ${problem?.source ?? "none"}`, () => {
    const problems = passwordProblems(password);
    if (!problem) return assert.deepEqual(problems, []);
    assert.equal(problems.length, 1, problems.join());
    assert.match(problems[0] ?? "", problem);
    assert.ok(!problems.join().includes(password));
  });
}
