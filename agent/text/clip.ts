/** A text cut in the middle where it is too long: what is wrong stands at the beginning or at the end. */
export function cut(text: string, limitChars: number): string {
  if (text.length <= limitChars) return text;
  const headChars = Math.ceil((limitChars - 1) * 2 / 3);
  return `${text.slice(0, headChars)}…${text.slice(text.length - (limitChars - 1 - headChars))}`;
}

/** A text on one line, cut like {@link cut}. */
export function clip(text: string, limitChars: number): string {
  return cut(text.replaceAll(/\s+/g, " ").trim(), limitChars);
}
