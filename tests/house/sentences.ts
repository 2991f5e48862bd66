import ts from "typescript";

/** One place where code compares or searches text. */
interface Comparison {
  line: number;
  /** What is compared with: a text, a pattern, or a field of ours that holds a text for people. */
  literal?: string;
  pattern?: RegExp;
  field?: string;
}

/** What one file says and what it compares. */
export interface FileText {
  path: string;
  /** Texts of more than one word that the file may give to people. */
  says: string[];
  compares: Comparison[];
}

const METHODS = new Set([
  "startsWith",
  "endsWith",
  "includes",
  "indexOf",
  "lastIndexOf",
  "replace",
  "replaceAll",
  "split",
  "localeCompare",
]);
/** Fields that hold nothing but our own texts. */
const OUR_FIELDS = new Set([
  "title",
  "nextAction",
  "consequence",
  "remediation",
  "suggestedNextStep",
  "hint",
]);

/** Reads a file by the compiler's own parser. */
export function readText(path: string, text: string): FileText {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  const found: FileText = { path, says: [], compares: [] };
  const compared = new Set<ts.Node>();

  const collect = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      constants.set(node.name.text, withoutType(node.initializer));
    }
    ts.forEachChild(node, collect);
  };
  collect(file);

  const resolve = (node: ts.Expression): ts.Expression => {
    const bare = withoutType(node);
    return ts.isIdentifier(bare) ? constants.get(bare.text) ?? bare : bare;
  };
  const compare = (node: ts.Expression): void => {
    const value = resolve(node);
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    for (const literal of textsOf(value)) {
      compared.add(literal);
      found.compares.push({ line, literal: literal.text });
    }
    if (ts.isPropertyAccessExpression(value) && OUR_FIELDS.has(value.name.text)) {
      found.compares.push({ line, field: value.name.text });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && isComparison(node.operatorToken.kind)) {
      // "" is nothing said, and undefined no text at all.
      if (![node.left, node.right].some((it) => isNothing(resolve(it)))) {
        compare(node.left);
        compare(node.right);
      }
    } else if (ts.isCaseClause(node)) compare(node.expression);
    else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [first] = node.arguments;
      if (METHODS.has(node.expression.name.text)) {
        if (first) compare(first);
        const list = resolve(node.expression.expression);
        if (ts.isArrayLiteralExpression(list)) list.elements.forEach(compare);
        else if (ts.isPropertyAccessExpression(list)) compare(list);
      }
    } else if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
      const [, source = "", flags = ""] = /^\/(.*)\/(\w*)$/s.exec(node.getText()) ?? [];
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.compares.push({ line, pattern: new RegExp(source, flags.replace("g", "")) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);

  const say = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (isText(node) && !compared.has(node) && /[a-z] [a-z]/i.test(node.text)) found.says.push(node.text);
    ts.forEachChild(node, say);
  };
  say(file);
  return found;
}

type Text = ts.StringLiteralLike | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail;

function isText(node: ts.Node): node is Text {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node);
}

function textsOf(node: ts.Expression): Text[] {
  if (ts.isStringLiteralLike(node)) return [node];
  return ts.isTemplateExpression(node) ? [node.head, ...node.templateSpans.map((it) => it.literal)] : [];
}

function withoutType(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)
    ? withoutType(node.expression)
    : node;
}

function isComparison(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
    kind === ts.SyntaxKind.ExclamationEqualsEqualsToken;
}

function isNothing(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) && node.text === "" ||
    ts.isIdentifier(node) && node.text === "undefined" || node.kind === ts.SyntaxKind.NullKeyword;
}
