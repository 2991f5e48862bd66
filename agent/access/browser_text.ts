import { clip } from "../text/clip.ts";
import { printable } from "../text/printable.ts";

/** More of a header says nothing that is shown. */
const MAX_CHARS = 400;

/** The first that is found counts: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari. */
const BROWSERS = [
  ["Edg/", "Edge"],
  ["EdgA/", "Edge"],
  ["OPR/", "Opera"],
  ["Vivaldi/", "Vivaldi"],
  ["SamsungBrowser/", "Samsung Internet"],
  ["FxiOS/", "Firefox"],
  ["Firefox/", "Firefox"],
  ["CriOS/", "Chrome"],
  ["HeadlessChrome/", "Chrome"],
  ["Chrome/", "Chrome"],
  ["Version/", "Safari"],
] as const;

const SYSTEMS = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["CrOS", "ChromeOS"],
  ["Macintosh", "Mac"],
  ["Linux", "Linux"],
] as const;

/** What a User-Agent header says, in a few words ("Firefox 132 on Linux"); it may say anything. @see RFC 9110 §10.1.5 */
export function browserText(userAgent: string | undefined): string {
  const text = (userAgent ?? "").slice(0, MAX_CHARS);
  if (text.trim() === "") return "unknown program";
  const browser = BROWSERS.find(([mark]) => text.includes(mark));
  if (!browser || !text.startsWith("Mozilla/")) {
    return clip(printable(text.split(" ")[0] ?? "").replaceAll("/", " "), 40).trim() || "unknown program";
  }
  const [mark, name] = browser;
  const version = /^\d{1,4}/.exec(text.slice(text.indexOf(mark) + mark.length))?.[0];
  const system = SYSTEMS.find(([word]) => text.includes(word))?.[1];
  return `${name}${version === undefined ? "" : ` ${version}`}${system === undefined ? "" : ` on ${system}`}`;
}
