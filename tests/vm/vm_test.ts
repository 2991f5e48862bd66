import assert from "node:assert/strict";
import { denoTask } from "../deno_task.ts";
import { missingForMachines } from "./debian_tree.ts";
import { testUnless } from "../test_unless.ts";

Deno.test("deno task vm without one of its words says which there are", async () => {
  for (const words of [[], ["boot"]]) {
    const { code, said } = await denoTask(["vm", ...words], { dir: "/" });
    assert.equal(code, 2);
    assert.match(said, /^deno task vm build\|test$/m);
  }
});

testUnless(await missingForMachines(), "deno task vm build makes the tree, and names it", async () => {
  const { code, said } = await denoTask(["vm", "build"], { dir: "/" });
  assert.equal(code, 0, said);
  const path = said.trim();
  assert.ok((await Deno.stat(path)).isFile, path);
});
