import assert from "node:assert/strict";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { NOW_MS } from "../status/objects.ts";
import { RELATIVES } from "./relatives/mod.ts";

for (const { name, snapshot, id, says, never, quotes } of RELATIVES) {
  Deno.test(`${id}: ${name}`, () => {
    const { topBlockers: [first], rollup } = evaluate(snapshot, NOW_MS);
    assert.equal(first?.id, id);
    assert.notEqual(rollup.state, "fully_healthy");
    const text = [first?.title, first?.reason, first?.nextAction].join("\n");
    if (says) assert.match(text, says);
    if (quotes) assert.match((first?.evidence ?? []).map((it) => it.text).join("\n"), quotes);
    if (never) assert.doesNotMatch(text, never);
  });
}
