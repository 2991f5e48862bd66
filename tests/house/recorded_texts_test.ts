import assert from "node:assert/strict";
import ts from "typescript";
import { REPO, sources } from "./sources.ts";

/** Calls that give another text. */
const EDITS = new Set(["replace", "replaceAll", "slice", "substring", "substr", "trim", "concat"]);
/** Tests that hold what other programs said, word for word. */
const WITH_RECORDINGS = [
  "tests/agent/explain/",
  "tests/agent/facts/",
  "tests/agent/recovery/",
  "tests/agent/status/",
];

/** Lines that change a text of their own before they use it: a text that is written down is what was seen, or is not proof. */
function editedTexts(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const isRecorded = WITH_RECORDINGS.some((it) => path.startsWith(it));
  const written = new Set<string>();
  const found: string[] = [];
  const collect = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const value = ts.isAsExpression(node.initializer) ? node.initializer.expression : node.initializer;
      if (isLiteral(value) || ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value)) {
        written.add(node.name.text);
      }
    }
    if (ts.isImportSpecifier(node) && /^[A-Z][A-Z0-9_]+$/.test(node.name.text)) written.add(node.name.text);
    ts.forEachChild(node, collect);
  };
  collect(file);
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) &&
      EDITS.has(node.expression.name.text)
    ) {
      const root = rootOf(node.expression.expression);
      // An array of our own may be cut; a text in it may not be changed.
      const isText = node.expression.expression !== root || node.expression.name.text.startsWith("replace");
      const isOurs = isLiteral(root) ||
        isRecorded && ts.isIdentifier(root) && written.has(root.text) && isText;
      const { line } = file.getLineAndCharacterOfPosition(node.expression.name.getStart());
      if (isOurs) found.push(`${path}:${line + 1} ${node.expression.name.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isLiteral(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

/** What an expression like `LIST[0]?.[1]` or `("text")` begins with. */
function rootOf(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) ||
      ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)
    ? rootOf(node.expression)
    : node;
}

Deno.test("no test changes a text that it has written down", async () => {
  const found: string[] = [];
  for (const path of await sources("tests/")) {
    found.push(...editedTexts(path, await Deno.readTextFile(REPO + path)));
  }
  assert.deepEqual(found, []);
});

const CASES: readonly [code: string, isEdited: boolean][] = [
  ['const K3S = [["id", "is a not a member".replace("a not", "not")]];', true],
  ['const LINES = ["one"];\nuse(LINES[0]?.replace("o", "i"));', true],
  ['const LINE = "one";\nuse(LINE.replaceAll("o", "i"));', true],
  ['import { PULLS } from "./x.ts";\nuse(PULLS[0][1].slice(3));', true],
  ["use(`a ${b}`.trim());", true],
  ['const LINES = ["one", "two"];\nuse(LINES.slice(1));', false],
  ["use(ago(20).replace(/Z$/, x));", false],
  ['function stable(text: string) { return text.replaceAll(/\\d+/g, "N"); }', false],
  ["use(JSON.stringify(phase).replaceAll(TIME, moved));", false],
];
for (const [code, isEdited] of CASES) {
  Deno.test(`${JSON.stringify(code)} ${isEdited ? "changes" : "leaves"} what is written down`, () => {
    assert.equal(editedTexts("tests/agent/explain/x.ts", code).length > 0, isEdited);
  });
}
