import { withHiddenShown } from "../text/hidden_characters.ts";
import { type Entry, levelOf } from "./fold_lines.ts";
import type { Level } from "./log_line.ts";

/** An entry for programs: the answer of the API, and a line of JSON. */
export interface EntryJson {
  /** UTC with nine digits; "" where the source tells none. */
  at: string;
  stream: string;
  level: Level;
  text: string;
  /** Characters of the first line that are left out; absent where it is whole. */
  cutChars?: number;
  /** What belongs to it: a stack trace. */
  rest?: string[];
}

/** One entry for programs. */
export function entryJson(entry: Entry): EntryJson {
  const { head, rest, stream } = entry;
  return {
    at: head.at,
    stream,
    level: levelOf(entry),
    text: withHiddenShown(head.text),
    ...head.cutChars === 0 ? {} : { cutChars: head.cutChars },
    ...rest.length === 0 ? {} : { rest: rest.map((it) => withHiddenShown(it.text)) },
  };
}

/** One entry as lines of text, each with its end; `digits` of the time behind the point. */
export function entryText(
  { head, rest, stream }: Entry,
  { withStream, digits = 9 }: { withStream: boolean; digits?: 3 | 9 },
): string {
  return [head, ...rest].map(({ at, text, cutChars }) => {
    const time = at === "" ? "" : `${at.slice(0, 20 + digits)}Z`;
    const cut = cutChars > 0 ? ` [${cutChars} more characters]` : "";
    const parts = [time, withStream ? stream : "", `${withHiddenShown(text)}${cut}`];
    return `${parts.filter((it) => it !== "").join(" ")}\n`;
  }).join("");
}
