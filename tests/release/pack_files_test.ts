import assert from "node:assert/strict";
import { packFiles, unpackFiles } from "../../tools/release/pack_files.ts";
import { Random } from "../fakes/random.ts";

Deno.test("packFiles() depends on the files only: not on their order, not on the time", async () => {
  const one = await packFiles({ "base/a.yaml": "a: 1\n", "base/b.yaml": "b: 2\n" });
  const other = await packFiles({ "base/b.yaml": "b: 2\n", "base/a.yaml": "a: 1\n" });
  assert.deepEqual(one, other);
  assert.notDeepEqual(one, await packFiles({ "base/a.yaml": "a: 1\n", "base/b.yaml": "b: 3\n" }));
  assert.deepEqual([...one.slice(4, 8)], [0, 0, 0, 0], "gzip's own date");
});

Deno.test("unpackFiles() gives back what packFiles() took, long names and any text included", async () => {
  const random = new Random(20261121);
  for (let round = 0; round < 30; round++) {
    const files: Record<string, string> = {};
    for (let i = random.below(8); i >= 0; i--) {
      const name = `${"folder/".repeat(random.below(30))}file-${i}.yaml`;
      files[name] = Array.from({ length: random.below(20) }, () => random.text(60)).join("\n").toWellFormed();
    }
    assert.deepEqual(await unpackFiles(await packFiles(files)), files, `round ${round}`);
  }
});

Deno.test("unpackFiles() of damaged bytes throws and does not hang", async () => {
  const good = await packFiles({ "base/kustomization.yaml": "resources: []\n".repeat(200) });
  const random = new Random(7);
  await assert.rejects(unpackFiles(new Uint8Array()));
  for (let round = 0; round < 40; round++) {
    const damaged = good.slice(0, 1 + random.below(good.length - 1));
    await assert.rejects(unpackFiles(damaged), `cut to ${damaged.length} of ${good.length}`);
  }
});
