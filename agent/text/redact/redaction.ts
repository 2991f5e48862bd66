import { createHmac } from "node:crypto";
import type { KnownValues } from "./known_values.ts";
import { createPseudonyms, type SiteNames } from "./pseudonyms.ts";
import { mayHold } from "./may_hold.ts";
import { type Mask, MASKED } from "./rule.ts";
import { PERSONAL_RULES, REDACTION_RULES } from "./rules.ts";
import { type Span, SPAN_RULES, type SpanRule } from "./spans.ts";
import { isNoSecret, isSecretKey } from "./secret_keys.ts";

/** How often each rule found something; by its id. */
export type RedactionCounts = Record<string, number>;

/** What is given for a bundle; the same secret has the same mark in all of its files. */
export interface RedactionOptions {
  known: KnownValues;
  /** Of this bundle alone: without it nobody can tell by trying which secret a mark stands for. */
  key: Uint8Array;
  /** Also hides addresses and names, under the same made-up name each time. */
  strict?: SiteNames;
  /** Tests leave some out. */
  spans?: readonly SpanRule[];
}

/** One file on its way through the redaction: lines in their order. */
export interface FileRedaction {
  line(text: string): string;
  /** What stands in place of a text that is secret as a whole. */
  secret(text: string): string;
  readonly counts: RedactionCounts;
}

/** Takes secrets out of what leaves the appliance. */
export interface Redaction {
  /** `counts` goes on where something was found in the file already. */
  file(counts?: RedactionCounts): FileRedaction;
  /** A value of ours without what its texts tell: names of fields count, and what comes out is whole JSON again. */
  json(value: unknown, counts?: RedactionCounts): unknown;
  /** How many known values are looked for, and how many were too many. */
  readonly known: { count: number; leftOut: number };
}

/** The time, and who wrote it, before what a program said: secrets of several lines come with it in front of each. */
const STAMP =
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,]{0,12}(?:Z|[+-]\d\d:?\d\d)? (?:std(?:out|err) [FP] )?(?:[\w.-]{1,64} [\w.@/:+-]{1,64}\[\d{1,10}\]: )?/;
/** Colours stand between a name and its value. */
// deno-lint-ignore no-control-regex -- terminal sequences are what is being removed
const ANSI = /\u001b\[[0-9;?]{0,20}[A-Za-z]/g;
const DEEPEST = 60;
const MOST_OPEN = 5;

export function createRedaction(options: RedactionOptions): Redaction {
  const { known, key, strict } = options;
  const spans = options.spans ?? SPAN_RULES;
  const pseudonyms = createPseudonyms(strict);
  const tags = new Map<string, string>();

  function tagOf(secret: string): string {
    const found = tags.get(secret);
    if (found !== undefined) return found;
    const tag = createHmac("sha256", key).update(secret).digest("hex").slice(0, 4);
    if (secret.length < 200 && tags.size < 10_000) tags.set(secret, tag);
    return tag;
  }

  function redactFile(counts: RedactionCounts): FileRedaction {
    /** Those that are open, the innermost last. */
    const open: Span[] = [];
    const count = (rule: string) => void (counts[rule] = (counts[rule] ?? 0) + 1);
    const mask: Mask = (rule, secret) => {
      count(rule);
      return `${MASKED}${rule}:${tagOf(secret)}]`;
    };

    /** What spans several lines goes by what was written, before anything in it is replaced. */
    function withSpans(written: string, body: string): string {
      for (let span = open.at(-1); span !== undefined; span = open.at(-1)) {
        const taken = span.take(written, mask);
        if (taken === undefined || taken.isLast) open.pop();
        if (taken === undefined) continue;
        if (taken.text !== written) return taken.text;
        break;
      }
      if (open.length >= MOST_OPEN) return body;
      for (const rule of spans) {
        const span = rule.opens(written);
        if (span === undefined) continue;
        open.push(span);
        return span.first?.(written, mask) ?? body;
      }
      return body;
    }

    return {
      counts,
      secret: (text) => text === "" || text.startsWith(MASKED) ? text : mask("P.key-value", text),
      line(given) {
        const text = given.includes("\u001b") ? given.replaceAll(ANSI, "") : given;
        const stamp = STAMP.exec(text)?.[0] ?? "";
        const written = text.slice(stamp.length);
        let body = withSpans(written, known.apply(written, mask));
        if (mayHold(body)) { for (const rule of REDACTION_RULES) body = rule.apply(body, mask); }
        for (const rule of PERSONAL_RULES) body = rule.apply(body, mask);
        const whole = pseudonyms.always(stamp + body, count);
        return strict === undefined ? whole : pseudonyms.strict(whole, count);
      },
    };
  }

  function redactJson(value: unknown, counts: RedactionCounts, depth: number): unknown {
    if (depth > DEEPEST) return "[left out: too deep]";
    if (typeof value === "string") {
      const file = redactFile(counts);
      return value.split("\n").map((it) => file.line(it)).join("\n");
    }
    if (Array.isArray(value)) return value.map((it) => redactJson(it, counts, depth + 1));
    if (typeof value !== "object" || value === null) return value;
    const object = value as Record<string, unknown>;
    const isEnv = typeof object.name === "string" && isSecretKey(object.name);
    const file = redactFile(counts);
    return Object.fromEntries(
      Object.entries(object).map(([name, it]) => {
        const isSecret = isSecretKey(name) || (isEnv && name === "value");
        return [
          file.line(name),
          isSecret && typeof it === "string" && !isNoSecret(it)
            ? file.secret(it)
            : redactJson(it, counts, depth + 1),
        ];
      }),
    );
  }

  return {
    file: (counts = {}) => redactFile(counts),
    json: (value, counts = {}) => redactJson(value, counts, 0),
    known: { count: known.count, leftOut: known.leftOut },
  };
}
