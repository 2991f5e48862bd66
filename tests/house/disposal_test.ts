import assert from "node:assert/strict";
import ts from "typescript";
import { mortalCommand } from "../mortal_command.ts";
import { productFiles, REPO } from "./sources.ts";

/** Lines that leave closing to the end of a block. */
function disposals(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const add = (node: ts.Node) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push(`${path}:${line + 1}`);
  };
  const visit = (node: ts.Node) => {
    // `await using` is made of the flags of `using` and `const`.
    if (ts.isVariableDeclarationList(node) && node.flags & ts.NodeFlags.Using) add(node);
    const isSymbol = ts.isPropertyAccessExpression(node) && node.expression.getText(file) === "Symbol";
    if (isSymbol && ["dispose", "asyncDispose"].includes(node.name.text)) add(node);
    if (ts.isIdentifier(node) && ["DisposableStack", "AsyncDisposableStack"].includes(node.text)) add(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

Deno.test('nothing in the product depends on "using": the bundler drops it, and what was opened stays open', async () => {
  const found: string[] = [];
  for (const path of await productFiles()) {
    found.push(...disposals(path, await Deno.readTextFile(REPO + path)));
  }
  assert.deepEqual(found, [], "close it in a finally, or use withFile()");
});

/** Calls that give something back. */
const CLOSINGS = [
  "abort",
  "cancel",
  "clearInterval",
  "clearTimeout",
  "close",
  "destroy",
  "kill",
  "release",
  "remove",
  "removeEventListener",
  "shutdown",
  "sync",
  "truncate",
];

/** How often each closing is called, and how many `finally` there are. */
function countClosings(path: string, text: string, counts: Map<string, number>): void {
  const visit = (node: ts.Node) => {
    const name = ts.isTryStatement(node) && node.finallyBlock ? "finally" : calledName(node);
    if (name === "finally" || CLOSINGS.includes(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
}

function calledName(node: ts.Node): string {
  if (!ts.isCallExpression(node)) return "";
  const { expression } = node;
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  // A function of ours has another name after the bundler; one of the runtime keeps its own.
  return ts.isIdentifier(expression) && expression.text.startsWith("clear") ? expression.text : "";
}

/** The parts of the bundle that the program is made from, libraries included. */
async function bundle(args: readonly string[]): Promise<[path: string, text: string][]> {
  const dir = await Deno.makeTempDir({ prefix: "alga-bundle-" });
  try {
    const all = [...args, "--quiet", "--platform", "deno", "--code-splitting", "--outdir", dir, "main.ts"];
    const { success, stderr } = await mortalCommand(Deno.execPath(), ["bundle", ...all], {
      cwd: REPO,
      stderr: "piped",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const names = [...Deno.readDirSync(dir)].map((it) => it.name);
    assert.ok(names.includes("main.js"), names.join());
    return names.map((it) => [it, Deno.readTextFileSync(`${dir}/${it}`)]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("no library that is compiled in depends on it either, and the bundler drops no closing", async () => {
  const [plain, minified] = [await bundle([]), await bundle(["--minify"])];
  assert.deepEqual(plain.flatMap(([path, text]) => disposals(path, text)), []);
  const count = (parts: typeof plain) => {
    const counts = new Map<string, number>();
    for (const [path, text] of parts) countClosings(path, text, counts);
    return Object.fromEntries([...counts].sort());
  };
  assert.ok((count(plain).finally ?? 0) > 10);
  assert.deepEqual(count(minified), count(plain));
});

for (
  const [text, isWrong] of [
    ["using file = await Deno.open(path);", true],
    ["async function a() { await using file = open(); }", true],
    ["for (using file of files) file.read();", true],
    ["class A { [Symbol.dispose]() {} }", true],
    ["await it[Symbol.asyncDispose]();", true],
    ["const stack = new DisposableStack();", true],
    ["const a = 1; let b = 2; var c = 3;", false],
    ["// using file = 1", false],
    ['const said = "using file = 1"; const using = 1;', false],
  ] as const
) {
  Deno.test(`${isWrong ? "leaves closing to a block" : "is harmless"}: ${text}`, () => {
    assert.equal(disposals("x.ts", text).length, isWrong ? 1 : 0);
  });
}
