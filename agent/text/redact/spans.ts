import type { Mask } from "./rule.ts";
import { isSecretKey } from "./secret_keys.ts";

/** A secret of several lines, from the line after the one that opened it. */
export interface Span {
  /** The line that opened it, where that is secret, too. */
  first?(line: string, mask: Mask): string;
  /** What stands in place of a line; `undefined` when the span was over before it. */
  take(line: string, mask: Mask): { text: string; isLast: boolean } | undefined;
}

/** One shape of secrets of several lines. */
export interface SpanRule {
  id: string;
  /** Whether a line, as it was written, opens such a secret. */
  opens(line: string): Span | undefined;
}

/** A key without an end must not hide a whole log. */
const LONGEST_KEY_LINES = 400;

const pemSpan: SpanRule = {
  id: "P.pem-lines",
  opens(line) {
    if (!/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(line) || /-----END [A-Z ]{0,40}KEY-----/.test(line)) {
      return undefined;
    }
    let lines = 0;
    return {
      take(next, mask) {
        const isLast = /-----END [A-Z ]{0,40}KEY-----/.test(next) || ++lines >= LONGEST_KEY_LINES;
        return { text: mask("P.pem-lines", next), isLast };
      },
    };
  },
};

/** "password: |" and what is indented below it. */
const blockSpan: SpanRule = {
  id: "P.yaml-block",
  opens(line) {
    const [, indent = "", key = ""] =
      /^(\s{0,200}(?:- )?)["']?([\w.-]{1,200})["']?:\s{1,20}[|>][+-]?\d?\s*$/.exec(line) ?? [];
    if (!isSecretKey(key)) return undefined;
    return {
      take(next, mask) {
        if (next.trim() !== "" && indentOf(next) <= indent.length) return undefined;
        return { text: mask("P.yaml-block", next), isLast: false };
      },
    };
  },
};

/** "data:" of a Secret in YAML or JSON over several lines: kind may stand behind it, so what is base64 goes in any case. */
const secretDataSpan: SpanRule = {
  id: "P.secret-data",
  opens(line) {
    const [, indent, key] = /^(\s{0,200})"?(data|stringData)"?:\s{0,20}\{?\s*$/.exec(line) ?? [];
    if (indent === undefined) return undefined;
    return {
      take(next, mask) {
        if (next.trim() !== "" && indentOf(next) <= indent.length) return undefined;
        const [, head, value] = /^(\s{0,200}"?[\w.-]{1,253}"?:\s{1,20}"?)([^",]{1,200000})/.exec(next) ?? [];
        if (head === undefined || value === undefined) return { text: next, isLast: false };
        const isHidden = key === "stringData" || isBase64(value.trim());
        return {
          text: isHidden ? `${head}${mask("P.secret-data", value)}${head.endsWith('"') ? '"' : ""}` : next,
          isLast: false,
        };
      },
    };
  },
};

/** "- name: DB_PASSWORD" and "value: …" in the line below it. */
const envSpan: SpanRule = {
  id: "P.env-lines",
  opens(line) {
    const [, name = ""] =
      /^\s{0,200}(?:- )?\{?\s{0,20}"?name"?:\s{1,20}["']?([\w.-]{1,200})["']?,?\s*$/.exec(line) ?? [];
    if (!isSecretKey(name)) return undefined;
    return {
      take(next, mask) {
        const head = /^\s{0,200}"?value"?:\s{1,20}["']?/.exec(next)?.[0];
        if (head === undefined || head.length === next.length) return undefined;
        const quote = /["']$/.exec(head)?.[0] ?? "";
        return { text: `${head}${mask("P.env-lines", next.slice(head.length))}${quote}`, isLast: true };
      },
    };
  },
};

/** Lines of nothing but base64: a key or an archive, wrapped. Its last, shorter line goes with it. */
const base64Span: SpanRule = {
  id: "P.base64-lines",
  opens(line) {
    if (!isBase64Line(line)) return undefined;
    return {
      first: (whole, mask) => mask("P.base64-lines", whole.trim()),
      take(next, mask) {
        if (isBase64Line(next)) return { text: mask("P.base64-lines", next.trim()), isLast: false };
        if (!/^\s{0,200}[A-Za-z0-9+/]{1,100}={0,2}\s*$/.test(next)) return undefined;
        return { text: mask("P.base64-lines", next.trim()), isLast: true };
      },
    };
  },
};

/** Secrets of several lines. */
export const SPAN_RULES: readonly SpanRule[] = [pemSpan, blockSpan, secretDataSpan, envSpan, base64Span];

/** Whether a line alone shows that it is a piece of something wrapped. */
function isBase64Line(line: string): boolean {
  return /^\s{0,200}[A-Za-z0-9+/]{60,2000}={0,2}\s*$/.test(line) && /[a-z]/.test(line) &&
    /[A-Z]/.test(line) &&
    /\d/.test(line);
}

function isBase64(text: string): boolean {
  return text.length >= 8 && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
