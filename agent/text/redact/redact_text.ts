import { REDACTION_RULES } from "./rules.ts";

/** Part of every text that some rule could find something in: most texts have none of it, and are left as they are. */
const MAY_HOLD =
  /:\/\/|[?&$]|--|@|eyJ|K10|gh[pousr]_|github_pat|AKIA|ASIA|xox|k_live_|SG\.|npm_|sk-|bearer|basic|negotiate|cookie|password|passwd|pwd|secret|token|key|credential|passphrase/i;

/** A text of any origin without what looks like a credential. What it is about can still be read. */
export function redactText(text: string): string {
  if (!MAY_HOLD.test(text)) return text;
  return REDACTION_RULES.reduce((it, { find, put }) => it.replaceAll(find, put), text);
}
