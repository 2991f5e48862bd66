import ts from "typescript";

/** Of `Deno`, what is about this process alone. Everything else counts as a touch of files, sockets or programs. */
const OF_THE_PROCESS = new Set([
  "args",
  "build",
  "env",
  "errors",
  "execPath",
  "mainModule",
  "memoryUsage",
  "pid",
  "uid",
]);
/** Modules that compute. */
const COMPUTING = new Set(
  ["buffer", "crypto", "path/posix", "readline", "stream", "util"].map((it) => `node:${it}`),
);
/** What a module that touches has that computes. */
const COMPUTING_NAMES: Readonly<Record<string, readonly string[]>> = { "node:net": ["isIP"] };
/** Values that every program has, and that lead outside or to everything. */
const GLOBALS = new Set([
  "fetch",
  "WebSocket",
  "WebSocketStream",
  "EventSource",
  "XMLHttpRequest",
  "Worker",
  "process",
  "require",
  "globalThis",
  "self",
  "eval",
  "Function",
]);
/** The runtime's own doors, by whatever way somebody comes to them. */
const DOORS = new Set(["serveHttpOnConnection", "getBuiltinModule", "createRequire"]);

/** The places of a file that touch files, sockets or programs, each as "line: text". In types nothing is touched. */
export function effects(text: string): string[] {
  const file = ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest, true);
  const own = declaredNames(file);
  const found: string[] = [];
  const tell = (node: ts.Node) => {
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line;
    found.push(`${line + 1}: ${text.split("\n")[line]?.trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (touchesByImport(node)) tell(node);
      return;
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (!target || !ts.isStringLiteralLike(target) || touches(target.text)) tell(node);
    } else if (ts.isIdentifier(node)) {
      const isName = isNameOfMember(node);
      if (DOORS.has(node.text)) tell(node);
      else if (node.text === "Deno" && !isName && !isOfTheProcess(node.parent)) tell(node);
      else if (GLOBALS.has(node.text) && !isName && !own.has(node.text)) tell(node);
    } else if (ts.isStringLiteralLike(node) && DOORS.has(node.text)) tell(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function touches(module: string): boolean {
  return module.startsWith("node:") && !COMPUTING.has(module);
}

function touchesByImport(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  const { moduleSpecifier } = node;
  if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier) || !touches(moduleSpecifier.text)) {
    return false;
  }
  if (ts.isExportDeclaration(node)) return true;
  const { importClause } = node;
  if (importClause?.isTypeOnly) return false;
  const names = importClause?.namedBindings;
  const mayHave = COMPUTING_NAMES[moduleSpecifier.text] ?? [];
  return !names || importClause.name !== undefined || !ts.isNamedImports(names) ||
    names.elements.some((it) => !it.isTypeOnly && !mayHave.includes((it.propertyName ?? it.name).text));
}

function isOfTheProcess(parent: ts.Node): boolean {
  return ts.isPropertyAccessExpression(parent) && OF_THE_PROCESS.has(parent.name.text);
}

/** A name behind a dot, or the name of a member that something declares: not a value that is used. */
function isNameOfMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent) ||
    ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent) || ts.isGetAccessor(parent)) &&
    parent.name === node;
}

/** Names that the file itself declares or imports. */
function declaredNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isNamed = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ||
      ts.isImportSpecifier(node);
    // `const { open } = Deno` declares "open"; what leads there has been seen as Deno.
    if (isNamed && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}
