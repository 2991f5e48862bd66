import assert from "node:assert/strict";
import { changedFiles } from "../../../tools/gate/clean_tree.ts";

/** Runs git in a folder of its own. */
async function git(dir: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", {
    args: ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args],
    cwd: dir,
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("changedFiles names what was changed and what is new, and not what git ignores", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-tree-" });
  try {
    assert.equal(await changedFiles(dir), undefined, "no checkout");
    await git(dir, "init", "--quiet");
    await Deno.writeTextFile(`${dir}/kept`, "one");
    await Deno.writeTextFile(`${dir}/.gitignore`, "ignored\n");
    await git(dir, "add", ".");
    await git(dir, "commit", "--quiet", "-m", "x");
    await Deno.writeTextFile(`${dir}/ignored`, "");
    assert.deepEqual(await changedFiles(dir), []);
    await Deno.writeTextFile(`${dir}/kept`, "two");
    await Deno.writeTextFile(`${dir}/left behind`, "");
    assert.deepEqual(await changedFiles(dir), [" M kept", '?? "left behind"']);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("changedFiles does not pass for clean what git cannot tell", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-tree-" });
  try {
    await Deno.writeTextFile(`${dir}/.git`, "not git's");
    await assert.rejects(changedFiles(dir), /^Error: git cannot tell what has changed: fatal: /);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
