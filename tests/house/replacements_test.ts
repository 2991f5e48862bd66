import assert from "node:assert/strict";
import { productFiles, REPO } from "./sources.ts";

/** What stands after the first argument of `replace` and `replaceAll`, where that is a pattern or a word. */
const CALL =
  /\.replace(?:All)?\(\s*(?:"(?:[^"\\]|\\.)*"|`[^`]*`|\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\]|\\.)*\])+\/[a-z]*|[\w.]+),\s*([^\n]{0,60})/g;

/** Replacements that are not literal without `$`, and no function: what stands in them may come from outside ("$&"). */
function openReplacements(text: string): string[] {
  return [...text.matchAll(CALL)].map((it) => it[1] ?? "").filter((it) =>
    !/^(?:"[^"$]*"|"\$\d"|'[^'$]*'|`<\$\{PRIORITY|\(?[\w, .:]*\)? =>)/.test(it)
  );
}

Deno.test("no text from outside is a replacement pattern", async () => {
  const wrong: string[] = [];
  let calls = 0;
  for (const path of await productFiles()) {
    const text = await Deno.readTextFile(REPO + path);
    calls += [...text.matchAll(CALL)].length;
    wrong.push(...openReplacements(text).map((it) => `${path}: ${it}`));
  }
  assert.ok(calls > 40, `only ${calls} replacements were found`);
  assert.deepEqual(wrong, [], "write it as a function: () => text");
});

Deno.test("the check of replacements sees what comes from outside", () => {
  const isOpen = (code: string) => openReplacements(code).length > 0;
  for (
    const it of ["a.replace(NAME, issuer)", "a.replaceAll(/x/g, `${issuer}`)", 'a.replace("x",\n  issuer)']
  ) {
    assert.ok(isOpen(it), it);
  }
  for (
    const it of ["a.replace(NAME, () => issuer)", 'a.replaceAll(/[/)]/g, "b")', 'a.replace(/(x)/, "$1")']
  ) {
    assert.ok(!isOpen(it), it);
  }
});
