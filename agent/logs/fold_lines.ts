import type { CleanLine } from "./clean_line.ts";
import type { Level } from "./log_line.ts";

/** A line with what belongs to it: a stack trace, or a text of several lines. */
export interface Entry {
  /** The stream that it comes from. */
  stream: string;
  head: CleanLine;
  rest: readonly CleanLine[];
  /** It goes on with what came before: its beginning is not here. */
  isContinued: boolean;
}

/** What is longer is shown as several entries. */
const MAX_REST = 500;
/** Lines of one trace are written in one go. */
const SAME_GO_MS = 2_000;

const CONTINUES =
  /^(?:\s+\S|\s*$|at \S+ ?\(|Caused by: |\.\.\. \d+ (?:more|common)|goroutine \d+ \[|created by |[)\]}]{1,4}[,;]?\s*$|\[signal |exit status \d+)/;
/** How Python begins to tell of an exception, and what it writes between two of them. */
const TRACEBACK = /^Traceback \(most recent call last\):/;
const BETWEEN = /^(?:During handling of the above exception|The above exception was the direct cause)/;
/** The line that ends it: the exception itself. */
const THROWN = /^[A-Za-z_][\w.]{0,200}(?::\s|$)/;
/** A frame of Go: the place is on the line below it. */
const GO_FRAME = /^[\w.*/()[\]{}·-]{1,400}\([^)]{0,400}\)$/;

/** Whether a line belongs to the one before it; `next` is the line behind it, where it is known. */
export function continues(line: CleanLine, next: CleanLine | undefined): boolean {
  if (line.hasLevel && !/^\s/.test(line.text)) return false;
  return CONTINUES.test(line.text) || (GO_FRAME.test(line.text) && (next?.text.startsWith("\t") ?? false));
}

/** Entries of lines that follow each other in one stream. The first may go on with what came before. */
export function foldLines(stream: string, lines: readonly CleanLine[]): Entry[] {
  const entries: { head: CleanLine; rest: CleanLine[]; isContinued: boolean; python: Traceback }[] = [];
  lines.forEach((line, i) => {
    const last = entries.at(-1);
    const begins = TRACEBACK.test(line.text);
    // It stands below the error that tells of it, where there is one.
    const isTold = begins && last?.python === "none" && last.rest.length === 0 && last.head.level === "error";
    const python = begins && isTold ? "begun" : last && nextOf(last.python, line);
    const isContinued = python !== undefined || continues(line, lines[i + 1]);
    if (isContinued && last && last.rest.length < MAX_REST && isSameGo(last.head, line)) {
      last.rest.push(line);
      last.python = python ?? last.python;
    } else {
      const isFirst = last === undefined;
      entries.push({
        head: line,
        rest: [],
        isContinued: isContinued && isFirst,
        python: begins ? "begun" : "none",
      });
    }
  });
  return entries.map(({ head, rest, isContinued }) => ({ stream, head, rest, isContinued }));
}

/** Where in a traceback of Python an entry stands: what comes next may belong to it although it stands at the margin. */
type Traceback = "none" | "begun" | "frames" | "thrown" | "between";

/** What a line makes of where the entry stands; `undefined` when it is no part of a traceback there. */
function nextOf(at: Traceback, { text }: CleanLine): Traceback | undefined {
  if (/^\s/.test(text)) return at === "begun" ? "frames" : undefined;
  if (at === "frames" && THROWN.test(text)) return "thrown";
  if (at === "thrown" && BETWEEN.test(text)) return "between";
  return at === "between" && TRACEBACK.test(text) ? "begun" : undefined;
}

function isSameGo(head: CleanLine, line: CleanLine): boolean {
  return head.at === "" || line.at === "" ||
    Math.abs(Date.parse(line.at.slice(0, 23) + "Z") - Date.parse(head.at.slice(0, 23) + "Z")) <= SAME_GO_MS;
}

/** Two entries of one stream as one, where the second goes on with the first. */
export function joinEntries(first: Entry, second: Entry): Entry | undefined {
  if (!second.isContinued || first.rest.length + second.rest.length >= MAX_REST) return undefined;
  if (!isSameGo(first.head, second.head)) return undefined;
  return { ...first, rest: [...first.rest, second.head, ...second.rest] };
}

/** The last line of an entry. */
export function lastLine({ head, rest }: Entry): CleanLine {
  return rest.at(-1) ?? head;
}

/** Lines that tell of themselves what is wrong count, wherever in an entry they stand. */
export function levelOf({ head, rest }: Entry): Level {
  if (head.hasLevel) return head.level;
  return rest.find((it) => it.hasLevel)?.level ?? head.level;
}
