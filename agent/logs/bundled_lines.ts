import { MAX_LINE_CHARS, toNanoTime } from "./log_line.ts";
import { setupLine } from "./setup_lines.ts";
import type { TextLine } from "./text_stream.ts";

/** How a file of a bundle is written. */
export type BundledFormat = "pod" | "journal" | "record";

/** Programs that were asked for a time said so before the zone had its colon. */
const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:?\d\d) (.*)$/s;
/** The machine's name and who wrote it, as the journal puts them in front. */
const WRITER = /^\S{1,255} [^\s:[]{1,128}(?:\[\d{1,10}\])?: /;

/** The lines of a file as its source had them. What has no time stands where the line before it does. Never throws. */
export function bundledLines(text: string, format: BundledFormat): TextLine[] {
  return format === "record" ? recordLines(text) : writtenLines(text, format);
}

function recordLines(text: string): TextLine[] {
  let at = "";
  return text.split("\n").flatMap((line) => {
    const told = recordLine(line);
    if (told === undefined) return [];
    at = told.at || at;
    return [{ ...told, at }];
  });
}

function writtenLines(text: string, format: "pod" | "journal"): TextLine[] {
  const lines: TextLine[] = [];
  let at = "";
  for (const line of text.split("\n")) {
    const stamped = stampedLine(line);
    const last = lines.at(-1);
    if (stamped !== undefined) {
      at = stamped.at;
      lines.push(cut({ at, text: format === "journal" ? stamped.text.replace(WRITER, "") : stamped.text }));
    } else if (line.trim() === "" || /^-- (?:No entries|Boot \w+) --$/.test(line)) {
      continue;
    } else if (format === "journal" && /^\s{20,}/.test(line) && last !== undefined) {
      // What a message goes on with is moved in below it.
      lines[lines.length - 1] = cut({ ...last, text: `${last.text}\n${line.trim()}` });
    } else {
      lines.push(cut({ at, text: line }));
    }
  }
  return lines;
}

/** A line that begins with its time. */
function stampedLine(line: string): TextLine | undefined {
  const [, time = "", zone = "", text = ""] = STAMPED.exec(line) ?? [];
  const at = toNanoTime(time + zone.replace(/(?<=^...)(?=\d\d$)/, ":"));
  return at === undefined ? undefined : { at, text };
}

/** One entry of the agent's own record; its checksums no longer fit what was taken out, and are not asked for. */
function recordLine(text: string): TextLine | undefined {
  if (text.trim() === "") return undefined;
  try {
    const { at, type, data } = Object(JSON.parse(text));
    if (typeof at !== "string" || typeof type !== "string") return cut({ at: "", text });
    return cut(setupLine({ seq: 0, at, type, data: Object(data) }));
  } catch {
    return cut({ at: "", text });
  }
}

function cut(line: TextLine): TextLine {
  const more = line.text.length - MAX_LINE_CHARS;
  return more <= 0
    ? line
    : { ...line, text: line.text.slice(0, MAX_LINE_CHARS), cutBytes: (line.cutBytes ?? 0) + more };
}
