import assert from "node:assert/strict";
import { SUITES } from "../../tools/suites.ts";

const repo = new URL("../..", import.meta.url).pathname;

async function testFiles(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(repo + dir)) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory) found.push(...await testFiles(path));
    else if (entry.name.endsWith("_test.ts")) found.push(path);
  }
  return found;
}

/** Names of the suites that a file of tests is in. */
function suitesOf(file: string): string[] {
  return SUITES.flatMap(({ name, paths }) =>
    paths.filter((it) => file === it || file.startsWith(`${it}/`)).map(() => name)
  );
}

Deno.test("every file of tests is in exactly one suite", async () => {
  const files = await testFiles("tests");
  assert.ok(files.length > 100, `${files.length} files`);
  assert.deepEqual(files.filter((it) => suitesOf(it).length !== 1), []);
});

Deno.test("a file beside the suites, and one in two of them, would be noticed", () => {
  assert.deepEqual(suitesOf("tests/agentless/x_test.ts"), []);
  assert.deepEqual(suitesOf("tests/cluster/new_test.ts"), []);
  assert.deepEqual(suitesOf("tests/agent/x_test.ts"), ["unit and component"]);
});

Deno.test("every folder and file of a suite is there", async () => {
  for (const path of SUITES.flatMap((it) => it.paths)) {
    assert.ok(await Deno.stat(repo + path).then(() => true, () => false), path);
  }
});

Deno.test("no task lists folders of tests beside the suites", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${repo}deno.json`));
  for (const [name, { command }] of Object.entries<{ command: string }>(tasks)) {
    const folders = command.split(" ").filter((it) => it.startsWith("tests/") && !it.endsWith(".ts"));
    assert.deepEqual(folders, [], name);
  }
});
