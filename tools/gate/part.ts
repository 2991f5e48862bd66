import type { Counts } from "../summary.ts";

/** A program with its arguments; never a shell string. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** One named part of the gate: a command with a time limit. */
export interface Part {
  /** As it is chosen with `--only` and shown in the table. */
  readonly name: string;
  /** Parts of one lane run one after the other; the lanes run side by side. */
  readonly lane: "build" | "test" | "machine";
  readonly command: CommandLine;
  /** Longer than this it is stopped. */
  readonly limitMin: number;
  /**
   * It is begun only with more than this left of the whole gate's time; 0 begins it always. Of a build: with nothing built, and
   * left until the suites that wait for it would not fit any more.
   */
  readonly usualMin: number;
  /** Ends well where nothing is left to build: then a build takes no time, and always fits. */
  readonly builtCommand?: CommandLine;
  /** It takes what the others leave of the processors. */
  readonly isPolite?: boolean;
  /** Names of parts that must have ended, however they did. */
  readonly after?: readonly string[];
  /**
   * What it runs. A `suite` counts its own tests; a `build` that is too slow is skipped, because slow is not wrong, and what
   * needs it is skipped by its own tests; a `check` is one thing that is right or wrong.
   */
  readonly kind: "suite" | "build" | "check";
  /** How often it may be tried. More than once only for what comes over the network; each further try is shown and counted. */
  readonly tries?: number;
  /** Counts the tests of a suite that does not run. */
  readonly countCommand?: CommandLine;
  /** Part of the whole gate only, not of the quick one. */
  readonly isFullOnly?: boolean;
  /** Program without which it is skipped by name. */
  readonly needsProgram?: string;
}

/** How a part ended. */
export interface Outcome extends Counts {
  readonly part: Part;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it did not pass. */
  readonly reason?: string;
  /** Which of its tests failed and why. */
  readonly failures?: string;
  /** Names of skipped tests within it. */
  readonly skippedNames: readonly string[];
  /** Files of tests that failed first and passed alone. */
  readonly shakyFiles: readonly string[];
  readonly durationMs: number;
  readonly tries: number;
  /** Processes that it had left running; they were ended. */
  readonly leftRunning: readonly string[];
}
