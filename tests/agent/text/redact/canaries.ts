import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { KnownValue } from "../../../../agent/text/redact/known_values.ts";

/** A planted secret: what it is, and the letters by which any leftover of it is found. */
export interface Canary extends KnownValue {
  index: number;
}

/** Secrets of several shapes, always the same ones; quotes, blanks and signs stand in some of them. */
export function makeCanaries(count: number): Canary[] {
  return Array.from({ length: count }, (_, index) => {
    const random = createHash("sha256").update(`canary ${index}`).digest("base64url");
    const value = [
      random.slice(0, 6 + index % 30),
      `${random.slice(0, 8)}+/${random.slice(8, 14)}=`,
      `${random.slice(0, 5)}"${random.slice(5, 9)}'\\${random.slice(9, 14)}`,
      `${random.slice(0, 6)} ${random.slice(6, 12)}<&>`,
      `pä${random.slice(0, 9)}ß€`,
    ][index % 5] ?? random;
    return { rule: "K.kube-secret", key: `NAME_${index}`, value, index };
  });
}

/** How a program may have written it, by the name of the encoding. */
export const ENCODINGS: Readonly<Record<string, (value: string) => string>> = {
  raw: (it) => it,
  base64: (it) => Buffer.from(it).toString("base64"),
  "base64 behind one byte": (it) => Buffer.from(`x${it}yz`).toString("base64"),
  "base64 behind two bytes": (it) => Buffer.from(`xy${it}z`).toString("base64"),
  base64url: (it) => Buffer.from(it).toString("base64url"),
  hex: (it) => Buffer.from(it).toString("hex"),
  url: (it) => encodeURIComponent(it),
  json: (it) => JSON.stringify(it).slice(1, -1),
  "json in json": (it) => JSON.stringify(JSON.stringify(it).slice(1, -1)).slice(1, -1),
  shell: (it) => it.replaceAll("'", `'\\''`),
  html: (it) =>
    it.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
      .replaceAll("'", "&#39;"),
};
