import { MAX_FIELD_CHARS } from "../text/http_message.ts";

/** Parameters of a `WWW-Authenticate: Bearer` challenge. @see Docker token authentication specification */
export interface BearerChallenge {
  realm: string;
  service: string | undefined;
}

/** One challenge of a `WWW-Authenticate` field: its scheme in lower case, and its parameters by their lower-case names. */
export interface Challenge {
  scheme: string;
  parameters: ReadonlyMap<string, string>;
}

/**
 * Reads the header of a 401, whatever other schemes stand beside the bearer token; `undefined` when none of them asks for a
 * bearer token of a web server: a realm may name a file, which would be read and sent to whoever asked. Never throws.
 */
export function parseChallenge(header: string): BearerChallenge | undefined {
  for (const { scheme, parameters } of parseChallenges(header)) {
    const realm = parameters.get("realm");
    if (scheme !== "bearer" || realm === undefined || !URL.canParse(realm)) continue;
    const { protocol } = new URL(realm);
    if (protocol === "https:" || protocol === "http:") {
      return { realm, service: parameters.get("service") };
    }
  }
  return undefined;
}

/**
 * All challenges of a `WWW-Authenticate` field, several lines of which are joined with commas. Looks at each character once. A
 * field that is too long has none; what does not fit the grammar is passed over to the next comma. @see RFC 9110 §5.6, §11.3
 */
export function parseChallenges(field: string): Challenge[] {
  if (field.length > MAX_FIELD_CHARS) return [];
  const reader = new Reader(field);
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  while (!reader.isAtEnd) {
    if (reader.skipListSpace()) continue;
    const name = reader.token().toLowerCase();
    if (name === "") {
      reader.skipToComma();
      continue;
    }
    const hasSpace = reader.skipSpace();
    if (reader.take("=") && !reader.peek("=")) {
      reader.skipSpace();
      const value = reader.value();
      // The first of two with the same name, as for every field that is sent twice.
      const { parameters } = found.at(-1) ?? {};
      if (value !== undefined && parameters && !parameters.has(name)) parameters.set(name, value);
      if (value === undefined) reader.skipToComma();
      continue;
    }
    found.push({ scheme: name, parameters: new Map() });
    if (hasSpace) reader.skipToken68();
  }
  return found;
}

/** Walks through a field value and never goes back, but for a token68 that turns out to be a parameter and a quote that stays open. */
class Reader {
  #at = 0;

  constructor(readonly text: string) {}

  get isAtEnd(): boolean {
    return this.#at >= this.text.length;
  }

  peek(char: string): boolean {
    return this.text[this.#at] === char;
  }

  take(char: string): boolean {
    if (!this.peek(char)) return false;
    this.#at++;
    return true;
  }

  /** Whether there was any. */
  skipSpace(): boolean {
    return this.#while((it) => it === " " || it === "\t") !== "";
  }

  /** Space and empty elements of the list. */
  skipListSpace(): boolean {
    return this.#while((it) => it === " " || it === "\t" || it === ",") !== "";
  }

  token(): string {
    return this.#while(isTokenChar);
  }

  /** A token or a quoted string, in which commas and escaped quotes count as text; `undefined` when it is neither. */
  value(): string | undefined {
    if (!this.take('"')) {
      // More than a token may hold: some servers do not quote an address.
      return this.#while((it) => it !== "," && it !== " " && it !== "\t" && it !== '"') || undefined;
    }
    const start = this.#at;
    let value = "";
    while (!this.isAtEnd && !this.peek('"')) {
      if (this.peek("\\")) this.#at++;
      value += this.text[this.#at++] ?? "";
    }
    if (this.take('"')) return value;
    // It was never closed: of what follows, which may be another line of the header, nothing is lost.
    this.#at = start;
    return undefined;
  }

  skipToComma(): void {
    this.#while((it) => it !== ",");
  }

  /** The one word that a scheme like Negotiate has in place of parameters. */
  skipToken68(): void {
    const before = this.#at;
    this.#while((it) => isTokenChar(it) || it === "/" || it === "=");
    this.skipSpace();
    const isWhole = this.isAtEnd || this.peek(",");
    if (!isWhole || this.text.slice(before, this.#at).trim().replaceAll("=", "") === "") this.#at = before;
    else if (this.#isParameter(before)) this.#at = before;
  }

  /** `a=b` is a parameter; `YWJj`, `YWJj=` and `YWJj==` are one word. */
  #isParameter(start: number): boolean {
    const word = this.text.slice(start, this.#at).trim();
    const equals = word.indexOf("=");
    return equals > 0 && word.slice(equals).replaceAll("=", "") !== "";
  }

  #while(is: (char: string) => boolean): string {
    const start = this.#at;
    while (!this.isAtEnd && is(this.text[this.#at] ?? "")) this.#at++;
    return this.text.slice(start, this.#at);
  }
}

/** @see RFC 9110 §5.6.2 */
function isTokenChar(char: string): boolean {
  return (char >= "0" && char <= "9") || (char >= "a" && char <= "z") || (char >= "A" && char <= "Z") ||
    "!#$%&'*+-.^_`|~".includes(char);
}
