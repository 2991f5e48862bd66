/** One word of which no shell makes anything else: a host, a path, an image, an address, a number. */
const PLAIN = /^[A-Za-z0-9/][A-Za-z0-9/._:@+-]{0,199}$/;

/**
 * The words of a finding that may stand in a command which somebody copies into a root shell. They come from logs and messages
 * of others: what is not plain is left out, and the command keeps its general form. Lists are not words.
 */
export function plainWords(words: unknown): Readonly<Record<string, string>> {
  if (typeof words !== "object" || words === null) return {};
  return Object.fromEntries(
    Object.entries(words).flatMap(([name, value]): [string, string][] => {
      const text = typeof value === "number" ? String(value) : value;
      return typeof text === "string" && PLAIN.test(text) && !text.includes("..") ? [[name, text]] : [];
    }),
  );
}
