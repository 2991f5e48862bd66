import { Random } from "../../fakes/random.ts";
import { type AST, RegExpParser } from "@eslint-community/regexpp";

/** A text that grows: what comes before, what is repeated, what comes after. */
export interface Attack {
  before: string;
  repeated: string;
  after: string;
}

/** Characters that real text has between words, and one of each kind that patterns tell apart. */
const ALPHABET = [..." \t\n\r0a-_.:/\"'=,;@[](){}<>\\xAZ9f\u0001\u00e9\u2028"];
/** What makes a match that is nearly there fail; "" lets it succeed. */
const ENDINGS = ["", "\u0000", "\n!"];
/** Sequences of parts at random. */
const MIXTURES = 40;
/** A repetition that ends earlier than this is not worth an attack of its own. */
const LONG = 8;

/** Texts on which this pattern might look at the same characters again and again, made from its own parts. */
export function adversarialInputs(source: string, flags: string): Attack[] {
  const parsed = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode: flags.includes("u"),
    unicodeSets: flags.includes("v"),
  });
  const attacks = new Map<string, Attack>();
  const add = (before: string, repeated: string) => {
    if (repeated === "") return;
    for (const after of ENDINGS) {
      attacks.set(JSON.stringify([before, repeated, after]), { before, repeated, after });
    }
  };
  const words = new Set<string>();
  for (const alternative of parsed.alternatives) {
    const sample = new Sample(new RegExp(`${source}`, flags.replace(/[gy]/g, "")));
    sample.alternative(alternative);
    words.add(sample.text);
    for (const it of sample.words) words.add(it);
    for (const { before, element } of sample.repetitions) {
      for (const piece of [element, ...sample.fitting(element)]) {
        add(before, piece);
        add("", before + piece); // the restart: each beginning walks to the end
        add("", piece + before);
      }
    }
  }
  for (const word of words) {
    add("", word);
    add("", word.slice(0, -1));
    add("", `${word} `);
    add("", `${word}\n`);
  }
  const own = [...new Set([...ALPHABET, ...source.replaceAll(/\\./g, "")])].slice(0, 80);
  for (const char of own) add("", char);
  const random = new Random(1);
  const tokens = [...words, ...[...words].map((it) => it.slice(0, -1)), ...own].filter((it) => it !== "");
  for (let i = 0; i < MIXTURES; i++) {
    add("", Array.from({ length: 2 + i % 3 }, () => random.pick(tokens)).join(""));
  }
  return [...attacks.values()];
}

/** Walks one alternative and writes a text that it matches, noting what stands before each repetition. */
class Sample {
  text = "";
  readonly words = new Set<string>();
  readonly repetitions: { before: string; element: string }[] = [];

  constructor(readonly pattern: RegExp) {}

  alternative(alternative: AST.Alternative): void {
    for (const element of alternative.elements) this.element(element);
  }

  /** Other characters that may stand where this element does, so that neighbours can quarrel about them. */
  fitting(element: string): string[] {
    return element.length === 1 ? ALPHABET.filter((it) => it !== element) : [];
  }

  element(element: AST.Element): void {
    switch (element.type) {
      case "Character":
        this.text += String.fromCodePoint(element.value);
        return;
      case "CharacterSet":
      case "CharacterClass":
      case "ExpressionCharacterClass":
        this.text += characterOf(element.raw, this.pattern.flags);
        return;
      case "Group":
      case "CapturingGroup": {
        const before = this.text;
        // Each way is walked; the first one is gone on with.
        const [first, ...others] = element.alternatives;
        for (const other of others) {
          this.text = before;
          this.alternative(other);
          this.words.add(this.text.slice(before.length));
        }
        this.text = before;
        if (first) this.alternative(first);
        return;
      }
      case "Quantifier": {
        const before = this.text;
        this.element(element.element);
        const once = this.text.slice(before.length);
        if (element.max >= LONG) this.repetitions.push({ before, element: once });
        this.text = before + once.repeat(Math.min(Math.max(element.min, 1), 200));
        return;
      }
      case "Assertion":
        if (element.kind === "lookahead" || element.kind === "lookbehind") {
          const before = this.text;
          for (const alternative of element.alternatives) {
            this.text = before;
            this.alternative(alternative);
            this.words.add(this.text.slice(before.length));
          }
          this.text = before;
        }
        return;
      default:
        return;
    }
  }
}

/** A character of a class, a plain one where it has some. */
function characterOf(raw: string, flags: string): string {
  const one = new RegExp(`^(?:${raw})$`, flags.replace(/[gym]/g, ""));
  const codes = [
    ..."axA0 .-:/_=,",
    ...Array.from({ length: 0x250 }, (_, i) => String.fromCharCode(i)),
    "\u2028",
  ];
  return codes.find((it) => one.test(it)) ?? "";
}
