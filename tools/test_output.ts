import type { Summary } from "./summary.ts";

/** What `deno test` said at its end. */
export interface TestOutput extends Omit<Summary, "shakyFiles"> {
  /** Tests that a filter left out; they are not among the skipped. */
  filtered: number;
}

const RESULT =
  /(\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored(?: \(\d+ steps?\))?)?(?: \| \d+ measured)?(?: \| (\d+) filtered out)?/g;

/** Reads the output of `deno test`, without colours; undefined where it gave no result: then nothing has even started. */
export function parseTestOutput(text: string): TestOutput | undefined {
  const last = [...text.matchAll(RESULT)].at(-1);
  if (last === undefined) return undefined;
  return {
    passed: Number(last[1]),
    failed: Number(last[2]),
    skipped: Number(last[3] ?? 0),
    skippedNames: [...text.matchAll(/^(.+) \.\.\. ignored/gm)].map((it) => it[1] ?? ""),
    filtered: Number(last[4] ?? 0),
  };
}

/** Lines of one test's error that are worth a look at the end; the whole is further up. */
const ERROR_LINES = 30;
/** Characters of all errors together. */
const ALL_ERRORS = 8_000;

/** Which tests failed and why, as `deno test` says it before its result; empty where it says nothing. */
export function failuresOf(text: string): string {
  const block = /\n ERRORS \n\n([^]*?)\n FAILURES \n/.exec(text)?.[1] ?? "";
  const errors = block.split(/\n\n(?=\S.* => \S+:\d+:\d+\n)/).map((it) => {
    const lines = it.trim().split("\n");
    const left = lines.length - ERROR_LINES;
    return [...lines.slice(0, ERROR_LINES), ...(left > 0 ? [`(${left} more lines)`] : [])].join("\n");
  });
  return errors.join("\n\n").slice(0, ALL_ERRORS);
}

/**
 * Files whose tests failed, as they were run: where a test was made by a helper, what `deno test` says of its place is the helper's.
 */
export function failedFiles(text: string): string[] {
  const files = new Set<string>();
  let running = "";
  for (const line of text.split("\n")) {
    running = /^running \d+ tests? from (\S+)$/.exec(line)?.[1] ?? running;
    // Tests that run side by side name their file in each line.
    const [, own] = /^(?:(\.\/\S+) => )?.*\bFAILED \(/.exec(line) ?? [undefined, null];
    if (own !== null) files.add(own ?? running);
  }
  return [...files].filter((it) => it !== "");
}
