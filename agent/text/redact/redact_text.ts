import { mayHold } from "./may_hold.ts";
import { MASK } from "./rule.ts";
import { REDACTION_RULES } from "./rules.ts";

/** A text of any origin without what looks like a credential. What it is about can still be read. */
export function redactText(text: string): string {
  if (!mayHold(text)) return text;
  return REDACTION_RULES.reduce((it, rule) => rule.apply(it, () => MASK), text);
}
