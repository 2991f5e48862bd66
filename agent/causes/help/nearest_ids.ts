import type { BlockerId } from "../cause.ts";
import { HELP } from "./help.ts";

/** Longer than any id; what is typed beyond it is not looked at. */
const LOOK_LIMIT = 60;
const AT_MOST = 5;
/** An id that shares less with what was typed is not what was meant. */
const MIN_SHARE = 0.4;

/** Ids that were most likely meant, best first: by what was mistyped, or by words that their titles have. */
export function nearestIds(typed: string): BlockerId[] {
  const text = typed.slice(0, LOOK_LIMIT).trim().toLowerCase();
  if (text === "") return [];
  const scored = (Object.keys(HELP) as BlockerId[]).map((id) => ({ id, score: score(text, id) }));
  return scored.filter((it) => it.score >= MIN_SHARE).toSorted((a, b) => b.score - a.score)
    .slice(0, AT_MOST).map((it) => it.id);
}

/** 1 = the same. A part of the id, or words of the title, count as much as a typing error. */
function score(text: string, id: BlockerId): number {
  if (id.includes(text)) return 0.9;
  const title = HELP[id].title.toLowerCase();
  const words = text.split(/[\s.,-]+/).filter((it) => it.length > 2);
  const shared = words.filter((it) => title.includes(it) || id.includes(it)).length;
  const byWords = words.length === 0 ? 0 : 0.8 * shared / words.length;
  return Math.max(byWords, 1 - distance(text, id) / Math.max(text.length, id.length));
}

/** How many letters have to be put in, taken out or changed. @see Levenshtein 1966 */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
