import assert from "node:assert/strict";
import { HELP_FOLDER, helpDocuments } from "./help_documents.ts";
import { REPO, sources } from "./sources.ts";

/** Loaded by "alga-agent help" alone. */
const ASKED = "agent/cli/cause_help.ts";

Deno.test('docs/help is what "deno task help" writes, file by file', async () => {
  const there = (await Array.fromAsync(Deno.readDir(HELP_FOLDER))).map((it) => it.name);
  const documents = helpDocuments();
  assert.deepEqual(there.toSorted(), [...documents.keys()].toSorted(), 'write them: "deno task help"');
  for (const [name, text] of documents) {
    assert.equal(
      await Deno.readTextFile(HELP_FOLDER + name),
      text,
      `docs/help/${name} differs: "deno task help" writes it`,
    );
  }
});

Deno.test("documents of help hold every command whole, in a block of its own", () => {
  for (const [name, text] of helpDocuments()) {
    const blocks = text.match(/```sh\n/g)?.length ?? 0;
    assert.equal(text.match(/^ *```$/gm)?.length ?? 0, blocks, name);
    if (name !== "README.md") assert.ok(blocks > 0, name);
  }
});

/** Files that are read with this one, types aside. */
async function readWith(path: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = await Deno.readTextFile(REPO + path);
  for (const [, target = ""] of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from\s+"(\.[^"]+)"/gms)) {
    await readWith(new URL(target, `file://${REPO}${path}`).pathname.slice(REPO.length), seen);
  }
  return seen;
}

Deno.test("help is read when somebody asks for it, not at start: not by main.ts, nor by any command", async () => {
  const isHelp = (path: string) => path.startsWith("agent/causes/help/");
  for (const path of ["main.ts", ...(await sources("agent/cli/")).filter((it) => it !== ASKED)]) {
    assert.deepEqual([...await readWith(path)].filter(isHelp), [], path);
  }
  assert.ok([...await readWith(ASKED)].some(isHelp), "the walk would find it");
  assert.ok((await readWith("agent/cli/serve.ts")).has("agent/causes/dns.ts"), "the walk goes deep");
});
