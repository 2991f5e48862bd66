import assert from "node:assert/strict";
import { PERSONAL_RULES, REDACTION_RULES } from "../../../../agent/text/redact/rules.ts";
import { ruleWords } from "../../../../agent/text/redact/rule_words.ts";

/** Ids stand in the sources as texts; those that count what they took are all of one shape. */
async function* idsOf(folder: URL): AsyncGenerator<string> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || name === "rule_words.ts") continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    for (const [, id = ""] of text.matchAll(/"([KPS]\.[a-z0-9-]+)"/g)) yield id;
  }
}

Deno.test("ruleWords() has words for every rule that takes something out", async () => {
  const agent = new URL("../../../../agent/", import.meta.url);
  const ids = new Set([...REDACTION_RULES, ...PERSONAL_RULES].map((it) => it.id));
  for (const folder of ["text/redact/", "bundle/"]) {
    for await (const id of idsOf(new URL(folder, agent))) ids.add(id);
  }
  assert.ok(ids.size >= 40);
  assert.deepEqual([...ids].filter((it) => ruleWords(it) === it), []);
});

Deno.test("ruleWords() gives the id of a rule that is not known here", () => {
  assert.equal(ruleWords("P.of-another-version"), "P.of-another-version");
  assert.equal(ruleWords("constructor"), "constructor");
});
