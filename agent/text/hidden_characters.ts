/**
 * What a reader does not see, or what steers a terminal or the direction of writing: controls, halves of characters, line and
 * paragraph separators, everything that Unicode lets a program leave out (zero width, soft hyphen, byte order mark, variation
 * selectors, tags, direction marks), interlinear marks and the empty Braille pattern.
 */
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb\u2800]+/gu;
/** These act on what stands around them; the others are only not seen. */
const STEERING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * Joiners (U+200C, U+200D) that some languages are not written without: between letters of Arabic and Indic scripts, where they
 * are seen by what they do to their neighbours.
 */
const JOINERS =
  /(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}])[\u200c\u200d](?=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}])/gu;

/** A name without the joiners that belong to it, to look for others. */
export function withoutJoiners(text: string): string {
  return text.replaceAll(JOINERS, "");
}

/** The first character of a text that is not seen, in words ("an invisible character (U+200B)"); `undefined` without one. */
export function hiddenCharacter(text: string): { kind: "control" | "invisible"; words: string } | undefined {
  const code = text.codePointAt(text.search(HIDDEN));
  if (code === undefined) return undefined;
  const kind = STEERING.test(String.fromCodePoint(code)) ? "control" : "invisible";
  const shown = code.toString(16).toUpperCase().padStart(4, "0");
  return { kind, words: `${kind === "control" ? "a control" : "an invisible"} character (U+${shown})` };
}

/** A space in place of what is not seen: texts quote files, servers and certificates, and must not steer a terminal or a log. */
export function withoutHidden(text: string): string {
  return text.replaceAll(HIDDEN, " ");
}

/** What is not seen as its number ("\u202e"), so that outside text cannot rearrange a page or hide in it. Tabs and line breaks stay. */
export function withHiddenShown(text: string): string {
  const joiners = new Set(Array.from(text.matchAll(JOINERS), (it) => it.index));
  return text.replaceAll(
    HIDDEN,
    (run, at: number) => joiners.has(at) ? run : Array.from(run, shownOnPage).join(""),
  );
}

function shownOnPage(character: string): string {
  if (character === "\t" || character === "\n") return character;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}
