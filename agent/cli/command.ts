import type { LogAbout, LogLevel } from "../text/log_line.ts";
import type { Key } from "../console/model.ts";

/** A terminal as a whole screen. */
export interface FullTerminal {
  /** Until the input ends; to be asked for once. */
  keys(): AsyncIterable<Key>;
  write(text: string): void;
  /** Its size now; a serial line tells none. */
  size(): { columns: number; rows: number };
  /** Calls when the size may have changed; returns the way to stop. */
  onResize(listener: () => void): () => void;
  /** Gives echo and lines back to the terminal. */
  close(): void;
}

/** What a subcommand may use of the terminal; tests pass their own. */
export interface Terminal {
  /** Data goes here. */
  out(text: string): void;
  /** The same of what is not text. */
  outBytes(bytes: Uint8Array): void;
  /**
   * Talk and errors go here, whole lines; in the journal with their level, which is "info" when nothing is said, and with what
   * they are about.
   */
  err(text: string, level?: LogLevel, about?: LogAbout): void;
  /** Standard input to its end, or its first `maxBytes`. */
  readInput(maxBytes: number): Promise<Uint8Array>;
  /** One line of standard input without its end; `undefined` when there is nothing more. */
  readLine(): Promise<string | undefined>;
  /** One line that nobody sees while it is typed; `undefined` when it is given up. From a pipe it is just a line. */
  readSecret(): Promise<string | undefined>;
  /** Whether a person types standard input. */
  isTyped: boolean;
  /** Characters per line, or undefined when the output is not a terminal. */
  columns: number | undefined;
  /** False with NO_COLOR or without a terminal. */
  color: boolean;
  /** `undefined` unless input and output are a terminal. */
  openFull?(): Promise<FullTerminal>;
  /** TERM, LANG and what else tells how to talk to this person and terminal. */
  env?(name: "TERM" | "LANG" | "LC_ALL" | "LC_CTYPE" | "ACCESSIBLE"): string | undefined;
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

/** Codes with which commands end; scripts read them, so they never change. */
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
