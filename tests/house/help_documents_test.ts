import assert from "node:assert/strict";
import { HELP_FOLDER, helpDocuments } from "./help_documents.ts";

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
