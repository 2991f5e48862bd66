import { cut } from "../clip.ts";
import { withoutHidden } from "../hidden_characters.ts";
import { redactText } from "./redact_text.ts";

const LINE_LIMIT = 400;
/** What lies further on is never shown, so nobody need look at it. */
const LOOK_LIMIT = 4_000;

/** A log line without what looks like a credential, cut to a bounded length. Control characters become spaces. */
export function redactLine(line: string): string {
  // deno-lint-ignore no-control-regex -- terminal sequences are what is being removed
  const plain = line.slice(0, LOOK_LIMIT).replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "");
  return cut(redactText(withoutHidden(plain)).trimEnd(), LINE_LIMIT);
}
