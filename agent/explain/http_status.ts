/** Statuses that tell a cause, each with what its own words begin with. @see RFC 9110 §15 */
const STATUS_WORDS: Readonly<Record<string, string>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not",
  407: "proxy",
  429: "too",
  500: "internal",
  502: "bad",
  // Stores of content are busy, or want to be asked more slowly.
  503: "service server slow egress",
  504: "gateway",
  // Of Cloudflare, before many registries; without words of their own.
  520: "",
  521: "",
  522: "",
  523: "",
  524: "",
  530: "",
};
/** A number of three figures with the word behind it, or with none ("<none>" is what containerd writes for none). */
const STATUS = /\b([45]\d\d)(?= ([a-z]+)| <none>|[^\w ]|\s*$)/gi;

/** The statuses of HTTP that a text names: a number is one where its own words or none follow. */
export function statusesIn(bare: string): string[] {
  return [...bare.matchAll(STATUS)]
    .filter(([, status = "", word]) =>
      word === undefined || STATUS_WORDS[status]?.split(" ").includes(word.toLowerCase())
    )
    .map(([, status = ""]) => status);
}
