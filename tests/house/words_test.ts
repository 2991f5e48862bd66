import assert from "node:assert/strict";
import { REPO } from "./sources.ts";

/** Words that are not used, each with the one that is. docs/glossary.md has them in its last column. */
const NOT_USED: readonly [word: RegExp, instead: string][] = [
  [/(?<!-)\bset-ups?\b/i, "setup"],
  [/\bmend(s|ed|ing)?\b/i, "fix"],
  [/\banew\b/i, "again"],
  [/\bdear\b(?!,)/i, "expensive"],
  [/\b(leave|leaves|leaving|left) away\b/i, "leave empty, leave out"],
  [/(?<!there )\b(?:is|are|was) no (?:folder|file|number|address|list|failure|error)\b/i, "is not a …"],
  [/\bscenes?\b|Scene\b/, "facts"],
  [/\bbeginOf\b/, "startedAt"],
  [/\bcarryOut\b/, "a request is run"],
  [/\bunlessAbsent\b/, "ignoreNotFound"],
  [/\bwithinTime\b/, "withTimeout"],
];
/** Where words are quoted as words, or tell what was. */
const EXEMPT = ["docs/glossary.md", "tests/house/words_test.ts", "LICENSE"];

/** Texts of ours in the checkout; recordings are others' words. */
async function ourTexts(): Promise<string[]> {
  const git = await new Deno.Command("git", { args: ["ls-files", "-co", "--exclude-standard"], cwd: REPO })
    .output();
  return new TextDecoder().decode(git.stdout).split("\n").filter((it) =>
    /\.(ts|md|css|service|yaml)$/.test(it) && !/testdata\/|\/templates\/|tests\/cluster\/go\//.test(it) &&
    !EXEMPT.includes(it)
  );
}

function wrongWords(text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    NOT_USED.flatMap(([word, instead]) =>
      word.test(line) ? [`${index + 1}: "${word.exec(line)?.[0]}", say "${instead}"`] : []
    )
  );
}

Deno.test("one word for one thing, everywhere (docs/glossary.md)", async () => {
  const found: string[] = [];
  for (const path of await ourTexts()) {
    const text = await Deno.readTextFile(REPO + path).catch(() => "");
    found.push(...wrongWords(text).map((it) => `${path}:${it}`));
  }
  assert.deepEqual(found, []);
});

Deno.test("words that are not used are found, and their neighbours are not", () => {
  for (
    const text of ["a set-up", "Mended.", "made anew", "it is no file", "const scene = 1;", "withinTime(1)"]
  ) {
    assert.equal(wrongWords(text).length, 1, text);
  }
  for (const text of ["to set up", "amend", "there is no file", "is not a file", "renewed"]) {
    assert.deepEqual(wrongWords(text), [], text);
  }
});

Deno.test("the glossary names every word that is not used", async () => {
  const glossary = await Deno.readTextFile(`${REPO}docs/glossary.md`);
  const column = glossary.split("\n").filter((it) => it.startsWith("|")).map((it) =>
    it.split("|").at(-2)?.trim() ?? ""
  );
  const named = column.slice(2).filter((it) => it !== "");
  assert.ok(named.length >= NOT_USED.length, named.join());
  for (const word of named) {
    if (word === "proof" || word.includes("…")) continue; // "proofs" is a name of the public JSON
    assert.ok(NOT_USED.some(([pattern]) => pattern.test(word)), word);
  }
});
