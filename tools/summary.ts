/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a run says at its end: counts, and the names of what was skipped. */
export interface Summary extends Counts {
  skippedNames: string[];
}

/** The end of a run's output; its last line counts: "N passed, N failed, N skipped". */
export function renderSummary({ passed, failed, skipped, skippedNames }: Summary): string {
  const names = skippedNames.length > 0 ? `\nSkipped:\n  ${skippedNames.join("\n  ")}\n` : "";
  return `${names}\n${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}

/** Reads what `renderSummary` wrote at the end of an output; undefined where the last line does not count. */
export function parseSummary(text: string): Summary | undefined {
  const [, passed, failed, skipped] = /(?:^|\n)(\d+) passed, (\d+) failed, (\d+) skipped\n?$/.exec(text) ??
    [];
  if (passed === undefined) return undefined;
  const block = [...text.matchAll(/(?:^|\n)Skipped:\n((?: {2}.+\n)+)/g)].at(-1)?.[1] ?? "";
  return {
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(skipped),
    skippedNames: block.split("\n").map((it) => it.trim()).filter((it) => it !== ""),
  };
}
