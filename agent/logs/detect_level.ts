import type { Level } from "./log_line.ts";

/** Numbers of pino and bunyan. */
function ofNumber(value: number): Level | undefined {
  if (!(value >= 10 && value <= 60)) return undefined;
  return value >= 50 ? "error" : value >= 40 ? "warning" : value >= 30 ? "info" : "debug";
}

const WORDS: Readonly<Record<string, Level>> = {
  panic: "error",
  emerg: "error",
  alert: "error",
  crit: "error",
  critical: "error",
  fatal: "error",
  err: "error",
  error: "error",
  warn: "warning",
  warning: "warning",
  notice: "info",
  info: "info",
  log: "info",
  debug: "debug",
  trace: "debug",
  verbose: "debug",
};

function ofWord(word: string | undefined): Level | undefined {
  return word === undefined ? undefined : WORDS[word.toLowerCase()];
}

/** Only the beginning is looked at: a level stands there, and lines may be long. */
const LOOK_CHARS = 600;
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ {1,9}\d+ /;
const LETTER: Readonly<Record<string, Level>> = { I: "info", W: "warning", E: "error", F: "error" };
const LOGFMT = /(?:^|\s)(?:level|lvl|severity)="?([A-Za-z]{3,8})"?(?=\s|$)/;
const JSON_LEVEL = /"(?:level|severity|lvl|loglevel)"\s{0,9}:\s{0,9}(?:"([A-Za-z]{3,8})"|(\d{1,3}))/;
/** "2026-11-21 12:00:00.000 UTC [27] ERROR:  …", "[12:00:00] WARN …", "ERROR …", "[error] …". */
const PLAIN =
  /^(?:[\d\-T:.,+Z/ ]{0,40}(?:UTC|GMT)?\s{0,9})?(?:\[[^\]]{0,40}\]\s{0,9}){0,3}[[(<]?(PANIC|EMERG|ALERT|CRIT|CRITICAL|FATAL|ERROR|ERR|WARN|WARNING|NOTICE|INFO|LOG|DEBUG|TRACE|panic|emerg|alert|crit|fatal|error|warn|warning|notice|info|debug|trace|Error|Warning|Fatal|Warn|Info|Debug)[\])>]?(?=[:\s|]|$)/;
const BRACKETED =
  /^[^\n]{0,60}?\[(panic|emerg|alert|crit|critical|fatal|error|err|warn|warning|notice|info|debug|trace)\]/i;
/** "TypeError: …", "java.lang.IllegalStateException: …", "panic: …", "Uncaught …", "Traceback (most recent call last):". */
const THROWN =
  /^(?:Uncaught |Unhandled |Exception in thread )?(?:[\w.$]{0,120}(?:Error|Exception)\b(?:: |$| \[)|panic: |Uncaught |Traceback \(most recent)/;

/** The level that a line tells of itself: pino and other JSON, klog, logfmt, and words in front; `undefined` without one. */
export function detectLevel(text: string): Level | undefined {
  const start = text.slice(0, LOOK_CHARS);
  if (start.startsWith("{")) {
    const [, word, number] = JSON_LEVEL.exec(start) ?? [];
    return number === undefined ? ofWord(word) : ofNumber(Number(number));
  }
  const klog = KLOG.exec(start);
  if (klog) return LETTER[klog[1] ?? ""];
  const logfmt = ofWord(LOGFMT.exec(start)?.[1]);
  if (logfmt !== undefined) return logfmt;
  const plain = ofWord((PLAIN.exec(start) ?? BRACKETED.exec(start))?.[1]);
  return plain ?? (THROWN.test(start) ? "error" : undefined);
}

/** Priorities of syslog(3). */
export function levelOfPriority(priority: number): Level | undefined {
  if (!(priority >= 0 && priority <= 7)) return undefined;
  return priority <= 3 ? "error" : priority === 4 ? "warning" : priority <= 6 ? "info" : "debug";
}
