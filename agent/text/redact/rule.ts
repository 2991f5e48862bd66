/** Puts something in place of a secret; `rule` is the id of the rule that found it. */
export type Mask = (rule: string, secret: string) => string;

/** One shape of credentials in one line. */
export interface RedactionRule {
  id: string;
  /** The line without what the rule finds. Linear in the length of the line. */
  apply(line: string, mask: Mask): string;
}

/** What the screen, the log and the journal show in place of a secret. */
export const MASK = "***";

/** Begins what a support bundle shows in place of one; what is masked already is not looked at again. */
export const MASKED = "[redacted:";

/** Longest mask that there is. */
const MASK_CHARS = 60;

/** Whether what stands there is a mask, or part of one. */
export function isMasked(line: string, at: number): boolean {
  const from = Math.max(0, at - MASK_CHARS);
  const near = line.slice(from, at + MASKED.length);
  const open = near.lastIndexOf(MASKED);
  return open >= 0 && line.slice(from + open, at).indexOf("]") < 0;
}

/**
 * A rule of one pattern. Its first group, if there is one, may be read and stays; all else that it matches goes. `onlyIf` must be
 * found in the line as well. Patterns are linear: tests/house/patterns_test.ts measures each.
 */
export function patternRule(id: string, find: RegExp, onlyIf?: RegExp): RedactionRule {
  return {
    id,
    apply(line, mask) {
      if (onlyIf !== undefined && !onlyIf.test(line)) return line;
      return line.replaceAll(find, (...found) => {
        const [match = "", first] = found as string[];
        const kept = typeof first === "string" ? first : "";
        const at = Number(found.find((it) => typeof it === "number")) + kept.length;
        return isMasked(line, at) ? match : kept + mask(id, match.slice(kept.length));
      });
    },
  };
}
