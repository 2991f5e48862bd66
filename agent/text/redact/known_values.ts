import { type WrittenForm, writtenForms } from "./encodings.ts";
import type { Mask } from "./rule.ts";

/** A secret that the agent has read, so that it is found wherever it stands. */
export interface KnownValue {
  /** Rule that it counts under ("K.kube-secret"). */
  rule: string;
  /** Name that it goes by ("DB_PASSWORD"). */
  key: string;
  value: string;
}

/** Finds known values in lines. */
export interface KnownValues {
  /** How many are looked for, and how many were not taken up since there were too many. */
  readonly count: number;
  readonly leftOut: number;
  /** The line without them. Linear in the length of the line. */
  apply(line: string, mask: Mask): string;
}

interface Needle extends WrittenForm {
  rule: string;
  /** What it is a form of. */
  value: string;
  /** So many characters at its beginning may be read. */
  keptChars: number;
}

/** Values below this are looked for beside their name only: "1234" stands anywhere. */
const MIN_CHARS = 6;
/** Longer ones are looked for in parts of this size, so that a line that breaks in between hides nothing. */
const PART_CHARS = 512;
const MOST_NEEDLES = 400_000;
const WINDOW = 6;
const FILTER_BITS = 20;
const BASE64 = /[A-Za-z0-9+/=_-]/;

/** Texts that stand in Secrets and are none: what the product and its parts are called, and what everybody uses. */
const PUBLIC = new Set(
  ("postgres postgresql app_user app_user_pgbouncer hocuspocus hocuspocus_user pgbouncer server redis default admin " +
    "localhost essentials premium enterprise production development alga-psa temporal sebastian minio us-east-1 " +
    "disabled enabled verify-full disable require prefer plain login").split(" "),
);
/** Names of what is not secret, as long as the value looks like it. */
const PLAIN_KEY =
  /(?:user(?:name)?|host(?:name)?|port|database|dbname|edition|edition_choice|region|bucket|url|endpoint|provider|driver|type|mode|namespace)$/i;
const PLAIN_VALUE = /^(?:[a-z][a-z0-9_.-]{0,60}|https?:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?\/?|\d{1,20})$/;

/** Prepares the search. `others` are names that are public besides: of components, namespaces, releases. */
export function knownValues(values: readonly KnownValue[], others: readonly string[] = []): KnownValues {
  const publicTexts = new Set([...PUBLIC, ...others]);
  const needles = new Map<string, Needle>();
  const seen = new Set<string>();
  let leftOut = 0;
  for (const known of values) {
    if (isPublic(known, publicTexts)) continue;
    for (const value of partsOf(known.value)) {
      if (publicTexts.has(value) || seen.has(value)) continue;
      seen.add(value);
      for (const it of needlesOf({ ...known, value })) {
        if (needles.size >= MOST_NEEDLES) leftOut++;
        else if (!needles.has(it.text)) needles.set(it.text, it);
      }
    }
  }
  const index = buildIndex([...needles.values()]);
  return {
    count: seen.size,
    leftOut,
    apply: (line, mask) => index === undefined ? line : replaceAll(line, index, mask),
  };
}

function isPublic({ key, value }: KnownValue, publicTexts: ReadonlySet<string>): boolean {
  return value === "" || publicTexts.has(value) || /^(?:true|false|null)$/i.test(value) ||
    PLAIN_KEY.test(key) && PLAIN_VALUE.test(value);
}

/** A value as a whole where it is of one line; lines and long parts of one that is not, public certificates apart. */
function partsOf(value: string): string[] {
  const lines = value.includes("\n") ? value.split("\n").map((it) => it.trim()) : [value];
  const parts: string[] = [];
  for (const line of lines) {
    // Lines of a configuration are looked for where they are long enough not to be everybody's.
    if (lines.length > 1 && (line.length < 12 || line.startsWith("-----"))) continue;
    if (line.length <= PART_CHARS) parts.push(line);
    else for (let at = 0; at < line.length; at += PART_CHARS) parts.push(line.slice(at, at + PART_CHARS));
  }
  return parts;
}

function needlesOf({ rule, key, value }: KnownValue): Needle[] {
  const forms = value.length < MIN_CHARS ? [] : writtenForms(value);
  const needles = forms.map((it) => ({ ...it, rule, value, keptChars: 0 }));
  if (value.length >= MIN_CHARS || key === "") return needles;
  return ["=", ": ", '="', ': "', '":"', '": "', '\\":\\"', ":"].map((separator) => ({
    text: `${key}${separator}${value}`,
    isBase64: false,
    rule,
    value,
    keptChars: key.length + separator.length,
  })).filter((it) => it.text.length >= WINDOW);
}

/** The needles by the hash of their first characters, longest first, and a filter in front of that. */
interface NeedleIndex {
  filter: Uint8Array;
  byHash: Map<number, Needle[]>;
}

function buildIndex(needles: readonly Needle[]): NeedleIndex | undefined {
  if (needles.length === 0) return undefined;
  const filter = new Uint8Array(1 << FILTER_BITS);
  const byHash = new Map<number, Needle[]>();
  for (const it of needles.toSorted((a, b) => b.text.length - a.text.length)) {
    const hash = hashAt(it.text, 0);
    filter[hash & ((1 << FILTER_BITS) - 1)] = 1;
    const same = byHash.get(hash);
    if (same) same.push(it);
    else byHash.set(hash, [it]);
  }
  return { filter, byHash };
}

function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let i = at; i < at + WINDOW; i++) hash = (Math.imul(hash, 0x01000193) ^ text.charCodeAt(i)) | 0;
  return hash ^ (hash >>> 15);
}

function replaceAll(line: string, { filter, byHash }: NeedleIndex, mask: Mask): string {
  let out = "";
  let from = 0;
  const last = line.length - WINDOW;
  for (let at = 0; at <= last; at++) {
    const hash = hashAt(line, at);
    if (filter[hash & ((1 << FILTER_BITS) - 1)] === 0) continue;
    const found = byHash.get(hash)?.find((it) => line.startsWith(it.text, at));
    if (found === undefined) continue;
    let [start, end] = [at + found.keptChars, at + found.text.length];
    if (found.isBase64) {
      while (start > from && BASE64.test(line[start - 1] ?? "")) start--;
      while (end < line.length && BASE64.test(line[end] ?? "")) end++;
    }
    out += line.slice(from, start) + mask(found.rule, found.value);
    from = end;
    at = end - 1;
  }
  return from === 0 ? line : out + line.slice(from);
}
