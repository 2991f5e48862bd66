import ts from "typescript";

/** Fields that tell people what to do. */
const ADVICE = new Set(["remediation", "hint", "suggestedNextStep", "nextAction", "wayOn"]);

/** One text that tells what to do; what is put into it stands as "…". */
export interface Advice {
  path: string;
  line: number;
  text: string;
}

/** What a name stands for: the initial value of a constant, or what a function gives back. */
type Definitions = ReadonlyMap<string, readonly ts.Expression[]>;

/** Every advice that these files hold, by the compiler's own parser; constants and functions are followed by their names. */
export function findAdvice(files: readonly { path: string; text: string }[]): Advice[] {
  const parsed = files.map(({ path, text }) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const exported = new Map<string, ts.Expression[]>();
  for (const file of parsed) file.forEachChild((it) => isExported(it) && define(it, exported));
  return parsed.flatMap((file) => {
    const definitions = new Map(exported);
    file.forEachChild((it) => define(it, definitions));
    const found: Advice[] = [];
    const visit = (node: ts.Node): void => {
      const isAdvice = (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) &&
        ADVICE.has(node.name.getText());
      if (isAdvice && node.initializer) {
        const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        for (const text of textsOf(node.initializer, definitions, new Set())) {
          found.push({ path: file.fileName, line, text });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
}

function isExported(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((it) => it.kind === ts.SyntaxKind.ExportKeyword);
}

function define(node: ts.Node, definitions: Map<string, ts.Expression[]>): void {
  if (ts.isVariableStatement(node)) {
    for (const { name, initializer } of node.declarationList.declarations) {
      if (!ts.isIdentifier(name) || !initializer) continue;
      definitions.set(name.text, ts.isArrowFunction(initializer) ? givenBack(initializer) : [initializer]);
    }
  } else if (ts.isFunctionDeclaration(node) && node.name) definitions.set(node.name.text, givenBack(node));
}

function givenBack(node: ts.FunctionDeclaration | ts.ArrowFunction): ts.Expression[] {
  const found: ts.Expression[] = [];
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return [node.body];
  const visit = (it: ts.Node): void => {
    if (ts.isReturnStatement(it) && it.expression) found.push(it.expression);
    else if (!ts.isFunctionLike(it)) ts.forEachChild(it, visit);
  };
  if (node.body) ts.forEachChild(node.body, visit);
  return found;
}

/** The texts that an expression may become. What comes from elsewhere (a parameter, a field) gives none. */
function textsOf(node: ts.Expression, definitions: Definitions, seen: Set<string>): string[] {
  const follow = (it: ts.Expression) => textsOf(it, definitions, seen);
  const named = (name: string) => {
    if (seen.has(name)) return [];
    return (definitions.get(name) ?? []).flatMap((it) => textsOf(it, definitions, new Set([...seen, name])));
  };
  if (ts.isStringLiteralLike(node)) return node.text === "" ? [] : [node.text];
  if (ts.isTemplateExpression(node)) {
    return product(
      [node.head.text],
      node.templateSpans.flatMap((it) => [orAny(follow(it.expression)), [it.literal.text]]),
    );
  }
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    return follow(node.expression);
  }
  if (ts.isConditionalExpression(node)) return [...follow(node.whenTrue), ...follow(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    return node.operatorToken.kind === ts.SyntaxKind.PlusToken
      ? product(orAny(follow(node.left)), [orAny(follow(node.right))])
      : [...follow(node.left), ...follow(node.right)];
  }
  if (ts.isArrowFunction(node)) return givenBack(node).flatMap(follow);
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.flatMap((it) => ts.isPropertyAssignment(it) ? follow(it.initializer) : []);
  }
  if (ts.isElementAccessExpression(node)) return follow(node.expression);
  if (ts.isIdentifier(node)) return named(node.text);
  if (ts.isCallExpression(node)) {
    if (ts.isIdentifier(node.expression)) {
      // A function that only shapes a text that it is given ("sentence") says what that says.
      const own = named(node.expression.text).filter((it) => /[a-z]/.test(it));
      return own.length > 0 ? own : node.arguments.flatMap(follow);
    }
    return [];
  }
  return [];
}

function orAny(texts: string[]): string[] {
  return texts.length === 0 ? ["…"] : texts;
}

function product(heads: string[], rest: string[][]): string[] {
  return rest.reduce((all, next) => all.flatMap((head) => next.map((it) => head + it)), heads);
}

/** A command within the text: behind sudo, or of one of these programs. */
const COMMAND =
  /\bsudo [\w./…]|\bwith sudo\b|(?:^|["'(\s])(?:alga-agent|systemctl|journalctl|timedatectl|resolvectl|ip|ss|df|lsblk|findmnt|ls|deno task|\/usr\/lib\/command-not-found) [\w/.…-]|\(timedatectl\)/;
/** Where something is done outside of this machine. */
const PLACE = /\bhypervisor\b/;
const PERSON = /\bAlga support\b|\bnetwork administrator\b/;
const OPTION = /(?:^|[\s"(])--[a-z][a-z-]+/;
const WAIT =
  /\b(?:takes it up|goes on|tried again|starts?|made|goes away|taken up|looked at again|asked again|done) by (?:itself|themselves)\b|\bnext (?:try|tries|attempt)\b/;

/** How an advice is carried out, as far as its words tell; given: what pages, their buttons and fields are called. */
export function meansOf(
  text: string,
  { pages, buttons, fields }: {
    pages: readonly string[];
    buttons: readonly string[];
    fields: readonly string[];
  },
): string[] {
  const quoted = [...text.matchAll(/"([^"]+)"/g)].map((it) => it[1] ?? "");
  return [
    COMMAND.test(text) ? "command" : "",
    PLACE.test(text) ? "place" : "",
    PERSON.test(text) ? "person" : "",
    OPTION.test(text) ? "option" : "",
    WAIT.test(text) ? "wait" : "",
    quoted.some((it) => pages.includes(it)) ? "page" : "",
    quoted.some((it) => buttons.includes(it)) ? "button" : "",
    quoted.some((it) => fields.includes(it)) ? "field" : "",
  ].filter((it) => it !== "");
}
