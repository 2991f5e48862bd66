import assert from "node:assert/strict";
import { COMMANDS } from "../../agent/cli/commands.ts";
import { REPO, sources } from "./sources.ts";

const text = await Deno.readTextFile(`${REPO}CONTRIBUTING.md`);

/** Recipes by name ("A new check"). */
function recipes(page: string): Map<string, string> {
  const [, ...parts] = (page.split("\n## Recipes\n")[1] ?? "").split("\n### ");
  return new Map(parts.map((it) => [it.slice(0, it.indexOf("\n")), it.slice(it.indexOf("\n"))]));
}

/** Files and folders that a text names: words in backticks with a slash in them, or that end like a file of ours. */
function pathsIn(page: string): string[] {
  const words = [...page.matchAll(/`([^`\s]+)`/g)].map((it) => it[1] ?? "");
  return words.filter((it) => /^[.\w][\w./-]*$/.test(it) && it.includes("/") && !it.startsWith(".ci/"));
}

/** `deno fmt` breaks lines where it likes. */
function unwrapped(page: string): string {
  return page.replaceAll(/\s+/g, " ");
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(REPO + path).then(() => true, () => false);
}

Deno.test("there is a recipe for each thing that is added often", () => {
  const names = ["check", "cause", "step", "operation", "field", "page", "command"].map((it) =>
    `A new ${it}`
  );
  assert.deepEqual([...recipes(text).keys()], names);
});

Deno.test("every file and folder that CONTRIBUTING.md names is there", async () => {
  const paths = pathsIn(text);
  assert.ok(paths.length > 20, `${paths.length} paths`);
  const missing = [];
  for (const path of paths) if (!await exists(path)) missing.push(path);
  assert.deepEqual(missing, []);
});

Deno.test("a path that is not there would be found", () => {
  assert.deepEqual(pathsIn("See `agent/none.ts` and `deno task x`, `.ci/run`, `type(scope)`, `README.md`"), [
    "agent/none.ts",
  ]);
});

for (const [name, recipe] of recipes(text)) {
  Deno.test(`the test that turns red first is there: ${name}`, async () => {
    const [, path = "", test = ""] = /Red first: `([^`]+)`, "([^"]+)"/.exec(unwrapped(recipe)) ?? [];
    assert.notEqual(test, "", "the recipe names no test");
    const source = await Deno.readTextFile(REPO + path);
    assert.ok(source.includes(`Deno.test("${test}"`), `${path} has no test "${test}"`);
  });
}

Deno.test("every page is among those that are looked at", async () => {
  const lists = (await sources("tests/views/")).filter((it) => it.endsWith("pages.ts"));
  const looked = (await Promise.all(lists.map((it) => Deno.readTextFile(REPO + it)))).join("\n");
  const pages = (await sources("views/")).filter((it) => /_(pages?|section)\.ts$/.test(it));
  assert.ok(pages.length >= 7, pages.join());
  assert.deepEqual(pages.filter((it) => !looked.includes(`"../../${it}"`)), []);
});

Deno.test("every command is in the table of the README", async () => {
  const readme = await Deno.readTextFile(`${REPO}README.md`);
  const rows = [...readme.matchAll(/^\| `alga-agent ([\w-]+)/gm)].map((it) => it[1]);
  assert.deepEqual(COMMANDS.filter((it) => !rows.includes(it.name)).map((it) => it.name), []);
});
