import type { Summary } from "./summary.ts";

/** What `deno test` said at its end. */
export interface TestOutput extends Summary {
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
