import type { CheckOutcome } from "./check.ts";

type Words = Omit<CheckOutcome, "status" | "remediation" | "evidence"> & { evidence?: readonly string[] };
type WordsWithRemedy = Words & { remediation: string };

/** What is there is what is wanted. */
export function pass(words: Words): CheckOutcome {
  return { status: "pass", remediation: "", ...words };
}

/** It will work, but not well. */
export function warn(words: WordsWithRemedy): CheckOutcome {
  return { status: "warn", ...words };
}

/** It will not work. */
export function fail(words: WordsWithRemedy): CheckOutcome {
  return { status: "fail", ...words };
}

/** It could not be looked at; never counts as a pass. */
export function couldNotCheck(words: WordsWithRemedy): CheckOutcome {
  return { status: "error", ...words };
}

/** It does not apply here; `found` says why. */
export function skipped(expected: string, found: string): CheckOutcome {
  return { status: "skipped", expected, found, remediation: "" };
}

/** What is less than good is told and may be lived with, down to a bound. */
export function grade(
  { expected, found, remediation, ...rest }: WordsWithRemedy,
  { good, tolerable }: { good: boolean; tolerable: boolean },
): CheckOutcome {
  if (good) return pass({ expected, found, ...rest });
  const words = { expected, found, remediation, ...rest };
  return tolerable ? warn(words) : fail(words);
}
