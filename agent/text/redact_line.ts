const LINE_LIMIT = 400;
/** What lies further on is never shown, so nobody need look at it. */
const LOOK_LIMIT = 4_000;
const MASK = "***";

/** A log line without what looks like a credential, cut to a bounded length. Control characters become spaces. */
export function redactLine(line: string): string {
  const text = line.slice(0, LOOK_LIMIT)
    // deno-lint-ignore no-control-regex -- terminal sequences and the like are what is being removed
    .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "")
    // deno-lint-ignore no-control-regex -- see above
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, " ")
    .replaceAll(/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]*):[^\s@/]+@/gi, `$1:${MASK}@`)
    .replaceAll(/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${MASK}`)
    // Looks ahead over the whole word first: a beginning that has no end is then not looked at again from each "eyJ" in it.
    .replaceAll(/(?<![\w-])(?=[\w-]+\.[\w-]+\.)([\w-]*?)\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*/g, `$1${MASK}`)
    .replaceAll(
      /((?:password|passwd|secret|token|api_?key|auth_?key|credential|private_?key)[a-z0-9_]{0,60}["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi,
      `$1${MASK}`,
    )
    .trimEnd();
  return text.length > LINE_LIMIT ? `${text.slice(0, LINE_LIMIT - 1)}…` : text;
}
