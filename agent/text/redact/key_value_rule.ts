import { isMasked, MASK, type Mask, type RedactionRule } from "./rule.ts";
import { isSecretKey } from "./secret_keys.ts";

/** A name, what separates it from its value, and the quote that opens that, behind as many backslashes as it is nested deep. */
const PAIR = /(?<![\w.-])([A-Za-z_][\w.-]*)(\\*["']?\s{0,20}(?:=>|:=|[:=])\s{0,20})(\\*["'])?/g;
/** Said of a secret instead of one. */
const NO_SECRET = /^(?:true|false|null|none|nil|undefined)(?![\w-])/i;
/** "token: unexpected status" is prose: the kubelet's word about a token that it could not fetch. */
const PROSE = /^[a-z]{1,40} [a-z]/;
/** Where a value without quotes ends. */
const END = /[\s,;&"']|\\[nrt"']|\\u0026/g;
/** Begins a line of YAML, where such a value reaches to the end. */
const YAML_HEAD = /^\s{0,200}(?:- )?["']?$/;
const LONGEST_HEAD = 210;
const LONGEST_VALUE = 200_000;

/** Passwords and tokens under a name that says so: JSON, JSON within JSON, YAML, environment, DSN. */
export const keyValueRule: RedactionRule = { id: "P.key-value", apply: redactPairs };

function redactPairs(line: string, mask: Mask): string {
  let out = "";
  let from = 0;
  for (const match of line.matchAll(PAIR)) {
    const { index } = match;
    const [all, key = "", separator = "", quote] = match;
    if (index < from || !isSecretKey(key) || isMasked(line, index + all.length)) continue;
    const start = index + all.length;
    const isYaml = /:\s/.test(separator) && YAML_HEAD.test(line.slice(headOf(line, index), index));
    const end = quote === undefined ? bareEnd(line, start, isYaml) : quotedEnd(line, start, quote);
    const secret = line.slice(start, end);
    if (secret === "" || isHarmless(secret, key, { separator, quote, rest: line.slice(start, start + 80) })) {
      continue;
    }
    out += line.slice(from, start) + mask("P.key-value", secret);
    from = end;
  }
  return from === 0 ? line : out + line.slice(from);
}

function isHarmless(
  secret: string,
  key: string,
  { separator, quote, rest }: { separator: string; quote: string | undefined; rest: string },
): boolean {
  if (secret.startsWith(MASK)) return true;
  if (quote !== undefined) return false;
  // What opens a list, an object, a block or a variable holds names and values of its own.
  if (/^(?:[[{|>*]|\$[({])/.test(secret) || NO_SECRET.test(secret)) return true;
  return /tokens?$/i.test(key) && separator === ": " && PROSE.test(rest);
}

/** Where the line begins in which a name stands; texts of several lines come here, too. */
function headOf(text: string, index: number): number {
  const from = Math.max(0, index - LONGEST_HEAD);
  return from + text.slice(from, index).lastIndexOf("\n") + 1;
}

function bareEnd(line: string, start: number, isYaml: boolean): number {
  if (isYaml) {
    const rest = line.slice(start, start + LONGEST_VALUE);
    const end = /\n| #/.exec(rest)?.index ?? rest.length;
    return rest.slice(0, end).trimEnd().length + start;
  }
  END.lastIndex = start;
  return END.exec(line)?.index ?? line.length;
}

/** Where the quote closes: behind no more backslashes than it was opened with, in YAML not doubled. Without an end all is the value. */
function quotedEnd(line: string, start: number, quote: string): number {
  const sign = quote.at(-1) ?? '"';
  const depth = quote.length - 1;
  for (let at = line.indexOf(sign, start); at >= 0; at = line.indexOf(sign, at + 1)) {
    let slashes = 0;
    while (at - slashes > start && line[at - 1 - slashes] === "\\") slashes++;
    if (sign === "'" && depth === 0) {
      if (line[at + 1] !== "'") return at;
      at++;
    } else if (depth === 0 ? slashes % 2 === 0 : slashes <= depth) return at - (depth === 0 ? 0 : slashes);
  }
  return line.length;
}
