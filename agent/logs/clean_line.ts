import type { FileRedaction } from "../text/redact/redaction.ts";
import { parseAnsi, type Run, withoutAnsi } from "./ansi.ts";
import { detectLevel } from "./detect_level.ts";
import type { Level, RawLine } from "./log_line.ts";

/** What of a line may leave: without secrets, rendered, and bounded. */
export interface CleanLine {
  at: string;
  /** The whole text that is shown, without styles. */
  text: string;
  runs: readonly Run[];
  /** Characters at its end that are not shown; 0 = it is whole. */
  cutChars: number;
  /** What it tells of itself; "info" stands for nothing, too. */
  level: Level;
  /** It says its level: it begins something, and continues nothing. */
  hasLevel: boolean;
  before: string;
  after: string;
}

/** Longest text that is shown of one line. */
const SHOWN_CHARS = 8 * 1024;
/** A secret that the reading limit goes through must not stay in half. */
const CUT_BACK_CHARS = 4 * 1024;

/** Cleaning goes on for no longer without letting others have their turn. */
const TURN_MS = 8;

/** Lines in their order, so that secrets of several lines are found; `context` stands in front of them. */
export async function cleanLines(
  { lines, context }: { lines: readonly RawLine[]; context: readonly string[] },
  redaction: FileRedaction,
  shownChars = SHOWN_CHARS,
): Promise<CleanLine[]> {
  const clean: CleanLine[] = [];
  let startedMs = performance.now();
  const rest = async () => {
    if (performance.now() - startedMs < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    startedMs = performance.now();
  };
  for (const it of context) {
    redaction.line(withoutAnsi(it));
    await rest();
  }
  for (const it of lines) {
    clean.push(cleanLine(it, redaction, shownChars));
    await rest();
  }
  return clean;
}

/** One line without its secrets. */
export function cleanLine(line: RawLine, redaction: FileRedaction, shownChars = SHOWN_CHARS): CleanLine {
  const whole = line.text.endsWith("\r") ? line.text.slice(0, -1) : line.text;
  const runs = parseAnsi(whole);
  const plain = runs.map((it) => it.text).join("");
  let text = redaction.line(plain);
  const isWhole = text === plain && line.cutBytes === undefined;
  let cutChars = line.cutBytes ?? 0;
  if (line.cutBytes !== undefined) {
    const kept = Math.max(0, text.length - CUT_BACK_CHARS);
    cutChars += text.length - kept;
    text = text.slice(0, kept);
  }
  if (text.length > shownChars) {
    cutChars += text.length - shownChars;
    text = text.slice(0, shownChars);
  }
  const level = line.level ?? detectLevel(text);
  return {
    at: line.at,
    text,
    // Where something was taken out, styles have lost their places.
    runs: isWhole ? upTo(runs, shownChars) : [{ text }],
    cutChars,
    level: level ?? "info",
    hasLevel: level !== undefined,
    before: line.before,
    after: line.after,
  };
}

function upTo(runs: readonly Run[], chars: number): Run[] {
  const kept: Run[] = [];
  let left = chars;
  for (const it of runs) {
    if (left <= 0) break;
    kept.push(it.text.length <= left ? it : { ...it, text: it.text.slice(0, left) });
    left -= it.text.length;
  }
  return kept;
}
