/** Control characters, line and paragraph separators, and what turns the direction of writing. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu;

/** A space in place of what must not steer a terminal, a page or a log: texts quote files, servers and certificates. */
export function withoutControls(text: string): string {
  return text.replaceAll(CONTROLS, " ");
}
