import assert from "node:assert/strict";
import { housedFiles, REPO, sources } from "./sources.ts";

/** Pages that a source file names. */
function namedPages(text: string): string[] {
  return [...text.matchAll(/(?<![\w./*{}-])((?:[\w-]+\/)*[\w-]+\.md)\b/g)].map((it) => it[1] ?? "");
}

Deno.test("comments cite no page that a reader of this repository does not have", async () => {
  const wrong: string[] = [];
  for (const path of [...await housedFiles(), ...await sources("tests/")]) {
    for (const line of (await Deno.readTextFile(REPO + path)).split("\n")) {
      if (!/@see |^\s*(?:\/\*\*?|\*|\/\/) /.test(line)) continue;
      for (const page of namedPages(line)) {
        const isThere = await Deno.stat(REPO + page).then(() => true, () => false);
        if (!isThere && !OTHERS.includes(page)) wrong.push(`${path}: ${page}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

/** Files of what the product makes, and specifications that are named with their project. */
const OTHERS = [
  "summary.md",
  "RELEASE-NOTES.md",
  "BUNDLE_SPEC.md",
  "SIGNATURE_SPEC.md",
  "image-layout.md",
];

Deno.test("a page is known by its ending, with its folders", () => {
  assert.deepEqual(namedPages("One, see contract.md 7.2; docs/release.md, §3 */"), [
    "contract.md",
    "docs/release.md",
  ]);
});
