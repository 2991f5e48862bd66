import ts from "typescript";

/** A regular expression literal and where it stands. */
export interface FoundPattern {
  source: string;
  flags: string;
  /** "agent/error.ts:53" */
  place: string;
}

/** What a source file holds of patterns. */
export interface PatternsOfFile {
  patterns: FoundPattern[];
  /** Places that make a pattern from a text when they run, which nobody can measure beforehand. */
  made: string[];
}

/** Methods that make a pattern from a text that is none. */
const MAKERS = ["match", "matchAll", "search"];

/** Every pattern of a file, found in its syntax tree: neither comments nor texts count. */
export function findPatterns(path: string, text: string): PatternsOfFile {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: PatternsOfFile = { patterns: [], made: [] };
  const placeOf = (node: ts.Node) =>
    `${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
  const visit = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.patterns.push({
        source: node.text.slice(1, end),
        flags: node.text.slice(end + 1),
        place: placeOf(node),
      });
    } else if (makesPattern(node)) {
      found.made.push(placeOf(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function makesPattern(node: ts.Node): boolean {
  if (ts.isIdentifier(node) && node.text === "RegExp") return !isInType(node);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const [given] = node.arguments;
  return MAKERS.includes(node.expression.name.text) && given !== undefined &&
    (ts.isStringLiteralLike(given) || ts.isTemplateExpression(given) || ts.isBinaryExpression(given));
}

function isInType(node: ts.Node): boolean {
  return ts.isTypeReferenceNode(node.parent) ||
    (ts.isBinaryExpression(node.parent) &&
      node.parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword);
}
