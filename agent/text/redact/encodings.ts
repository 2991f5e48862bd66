import { Buffer } from "node:buffer";

/** One way in which a value may be written. */
export interface WrittenForm {
  text: string;
  /** Written in base64: what stands beside it in the same word hides with it. */
  isBase64: boolean;
}

/** Fewer bytes are told by a few characters only, which stand anywhere. */
const MIN_CHARS = 6;

/**
 * Every way in which a value may stand in a text: as it is, in base64 and base64url at each of the three places in a longer one,
 * in hex, encoded for a URL, in JSON and JSON within JSON, quoted for a shell, escaped for HTML; and each of these in JSON once
 * more, as where a record holds the line of a log. Each once, none shorter than six characters.
 */
export function writtenForms(value: string): WrittenForm[] {
  const bytes = Buffer.from(value, "utf8");
  const json = inJson(value);
  const hex = bytes.toString("hex");
  const url = encodeURIComponent(value);
  const strictUrl = url.replaceAll(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
  const plain = [
    value,
    json,
    inJson(json),
    goJson(json),
    ...[url, strictUrl, strictUrl.replaceAll("%20", "+")].flatMap((it) => [it, lowerEscapes(it)]),
    hex,
    hex.toUpperCase(),
    value.replaceAll("'", () => "'\\''"),
    value.replaceAll(/["\\$`]/g, (it) => `\\${it}`),
    html(value, "&#39;"),
    html(value, "&#x27;"),
    html(value, "&apos;"),
    goHtml(value),
  ];
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = inBase64(bytes, offset);
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const isLong = (it: string) => it.length >= MIN_CHARS;
  const all = new Map<string, boolean>();
  for (const it of plain.flatMap((it) => [it, inJson(it)]).filter(isLong)) all.set(it, false);
  for (const it of base64.filter(isLong)) if (!all.has(it)) all.set(it, true);
  return [...all].map(([text, isBase64]) => ({ text, isBase64 }));
}

/** The characters of base64 that these bytes alone decide, where `offset` bytes of something else come before them. */
function inBase64(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const from = Math.ceil(offset * 8 / 6);
  return whole.toString("base64").slice(from, Math.floor(whole.length * 8 / 6));
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As encoding/json of Go has it. */
function goJson(json: string): string {
  return json.replaceAll(/[<>&]/g, (it) => `\\u00${it.charCodeAt(0).toString(16)}`);
}

function html(value: string, apostrophe: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  )
    .replaceAll("'", () => apostrophe);
}

/** As html/template of Go has it. */
function goHtml(value: string): string {
  return html(value, "&#39;").replaceAll("&quot;", "&#34;").replaceAll("+", "&#43;");
}

function lowerEscapes(url: string): string {
  return url.replaceAll(/%[0-9A-F]{2}/g, (it) => it.toLowerCase());
}
