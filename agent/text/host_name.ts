import { hiddenCharacter } from "./hidden_characters.ts";

/** Longest name of a host in characters. @see RFC 1035 §2.3.4 */
const MAX_CHARS = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** A name with letters of other scripts as DNS knows it ("xn--…"); everything else, and what hides a character, as it stands. */
export function toAsciiName(text: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(text) || /[\s/?#@\\]/.test(text) ||
    hiddenCharacter(text) !== undefined;
  // A scheme whose usual port nobody writes: all of the text stays.
  const address = `ftp://${text}`;
  return isPlain || !URL.canParse(address) ? text : new URL(address).host;
}

/** A name as people write it, in small letters and without a final dot; `undefined` for an address and for what is no name. */
export function tryParseHostName(text: string): string | undefined {
  const name = toAsciiName(text).toLowerCase().replace(/\.$/, "");
  return name !== "" && isHostName(name) && !name.startsWith("[") ? name : undefined;
}

/**
 * Whether a host, as `URL.hostname` gives it, is an address or a name that DNS can hold. URLs let quotes, `$()` and backquotes
 * pass, which have a meaning in shells and configuration files.
 */
export function isHostName(hostName: string): boolean {
  if (/^\[[0-9a-f:.]+\]$/i.test(hostName)) return true;
  const name = hostName.endsWith(".") ? hostName.slice(0, -1) : hostName;
  return name.length <= MAX_CHARS && name.split(".").every((it) => LABEL.test(it));
}
