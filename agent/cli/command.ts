import type { LogLevel } from "../text/log_line.ts";

/** What a subcommand may use of the terminal; tests pass their own. */
export interface Terminal {
  /** Data goes here. */
  out(text: string): void;
  /** The same of what is not text. */
  outBytes(bytes: Uint8Array): void;
  /** Talk and errors go here, whole lines; in the journal with their level, which is "info" when nothing is said. */
  err(text: string, level?: LogLevel): void;
  /** Standard input to its end, or its first `maxBytes`. */
  readInput(maxBytes: number): Promise<Uint8Array>;
  /** One line of standard input without its end; "" at its end. */
  readLine(): Promise<string>;
  /** Characters per line, or undefined when the output is not a terminal. */
  columns: number | undefined;
  /** False with NO_COLOR or without a terminal. */
  color: boolean;
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal;
}

/** One subcommand. */
export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** Full help: usage, options, an example, exit codes. */
  help: string;
  /** Gives the exit code. @throws {UsageError} for wrong arguments. */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/** A subcommand that has not been loaded yet. */
export interface CommandEntry {
  name: string;
  load(): Promise<Command>;
}

/** @see design.md 6 */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  actionRequired: 3,
  degraded: 4,
  inProgress: 5,
  locked: 6,
} as const;
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** Wrong arguments; the message names the argument and the way out. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
