/** The first of several texts, and how many more there are: "a, b and 3 more". */
export function someOf(texts: readonly string[], most: number, separator = ", "): string {
  const shown = texts.slice(0, most).join(separator);
  return texts.length > most ? `${shown} and ${texts.length - most} more` : shown;
}
