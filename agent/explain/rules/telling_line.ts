/** Where a program was when it failed; not why. */
const FRAME =
  /^at\s|^File "|^goroutine \d|^\.{3} \d|^[\w.*()/-]{1,200}\(0x[\da-f]|^[\^~]|^[{}\]]|^Node\.js v/;
/** How programs begin the line that names the cause. */
const CAUSE =
  /^(?:Uncaught |Caused by: |\[cause\]: )?[\w.$]{0,100}(?:Error|Exception|Failure)\b[^:]{0,80}: |\bpanic: |\bfatal\b|\bPANIC: |level=(?:fatal|panic)|\bFATAL\b|^thread '[^']{1,80}' .{0,20}panicked/i;
const WEAK = /error|panic|exception|failed|cannot|could not|refused|denied|unable|not found|invalid/i;
const EMPTY_OUTCOME = /^(?:\S{1,60}\s)?exit(?:ed)?(?: with)?(?: status| code)? \d{1,3}$/i;

/**
 * The line most likely to tell why a program stopped: of those that name an error the last, before any that only mentions one, before
 * the last at all. Places in a stack name no cause, though they hold words like "handleError".
 */
export function lastTelling(lines: readonly string[]): string {
  const words = lines.filter((it) => it.trim() !== "" && !isFrame(it) && !EMPTY_OUTCOME.test(it.trim()));
  return words.findLast((it) => CAUSE.test(it.trimStart())) ?? words.findLast((it) => WEAK.test(it)) ??
    words.at(-1) ??
    lines.at(-1) ?? "";
}

function isFrame(line: string): boolean {
  return line.startsWith("\t") || FRAME.test(line.trimStart());
}

/** A line as its program meant it: the message alone where it is written with level and time around it. */
export function plainLine(line: string): string {
  const logfmt = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  if (logfmt !== undefined) return logfmt.replaceAll(/\\(["\\])/g, "$1");
  const said = jsonMessage(line);
  if (said !== undefined) return said;
  return line.replace(/^\d{4}-\d\d-\d\d[T ][\d:.,]+Z?\s+/, "");
}

function jsonMessage(line: string): string | undefined {
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    const { msg, message } = JSON.parse(line);
    return [msg, message].find((it) => typeof it === "string");
  } catch {
    return undefined; // only looks like JSON
  }
}
