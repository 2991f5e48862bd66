/** Longest field value that is looked into, in characters: what servers send in earnest is far shorter. */
export const MAX_FIELD_CHARS = 8 * 1024;

/** What a browser sends from a form without files. */
export const FORM_TYPE = "application/x-www-form-urlencoded";

/** The status of an answer, from its first line; `undefined` when it is not HTTP/1. @see RFC 9112 §4 */
export function statusOf(head: string): number | undefined {
  const code = /^HTTP\/1\.[01] (\d{3})(?!\w)/.exec(head)?.[1];
  return code === undefined ? undefined : Number(code);
}

/** The first value of a header field in the head of an answer; `undefined` when there is none or it is too long. */
export function fieldOf(head: string, name: string): string | undefined {
  for (const line of head.split("\n").slice(1)) {
    const colon = line.indexOf(":");
    if (colon < 0 || line.slice(0, colon).toLowerCase() !== name.toLowerCase()) continue;
    const value = line.slice(colon + 1).trim();
    return value.length > MAX_FIELD_CHARS || value.includes("\r") ? undefined : value;
  }
  return undefined;
}

/** A Content-Type without its parameters, in lower case; "" where none is given. @see RFC 9110 §8.3.1 */
export function mediaTypeOf(contentType: string | null | undefined): string {
  return (contentType ?? "").slice(0, MAX_FIELD_CHARS).split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
