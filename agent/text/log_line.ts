/** How much a message of the agent's own log matters; "error" is what a look for errors should find. */
export type LogLevel = "error" | "warning" | "notice" | "info";

/** What a message is about, for whoever looks for all that one operation or one of its steps has said. */
export interface LogAbout {
  operation: string;
  step?: string | undefined;
}

/** Writes one message to the agent's log. What it quotes is made harmless on the way. */
export type Say = (level: LogLevel, text: string, about?: LogAbout) => void;

/** The priorities of syslog(3). */
const PRIORITY: Readonly<Record<LogLevel, number>> = { error: 3, warning: 4, notice: 5, info: 6 };

/** A text as the journal takes priorities from a stream: in front of each of its lines. @see sd-daemon(3) */
export function withPriority(level: LogLevel, text: string): string {
  return text.replaceAll(/^(?=[^\n])/gm, `<${PRIORITY[level]}>`);
}

/** The same as fields of one entry of the journal; a text of several lines becomes one. @see systemd.journal-fields(7) */
export function asFields(
  level: LogLevel,
  text: string,
  { operation, step }: LogAbout,
): Record<string, string> {
  return {
    MESSAGE: text.trim().split("\n").map((it) => it.trim()).join(" "),
    PRIORITY: String(PRIORITY[level]),
    SYSLOG_IDENTIFIER: "alga-agent",
    ALGA_OPERATION: operation,
    ...step === undefined ? {} : { ALGA_STEP: step },
  };
}

/** Whether a stream, by its device and inode, is the one that JOURNAL_STREAM names. @see systemd.exec(5) */
export function isJournalStream(named: string | undefined, stream: { dev: number; ino: number }): boolean {
  return named === `${stream.dev}:${stream.ino}`;
}
