import { redactText } from "./redact_text.ts";

const LINE_LIMIT = 400;
/** What lies further on is never shown, so nobody need look at it. */
const LOOK_LIMIT = 4_000;

/** A log line without what looks like a credential, cut to a bounded length. Control characters become spaces. */
export function redactLine(line: string): string {
  const plain = line.slice(0, LOOK_LIMIT)
    // deno-lint-ignore no-control-regex -- terminal sequences and the like are what is being removed
    .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "")
    // deno-lint-ignore no-control-regex -- see above
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, " ");
  const text = redactText(plain).trimEnd();
  return text.length > LINE_LIMIT ? `${text.slice(0, LINE_LIMIT - 1)}…` : text;
}
