/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a run says at its end: counts, the names of what was skipped, and the files that failed first and passed alone. */
export interface Summary extends Counts {
  skippedNames: string[];
  shakyFiles: string[];
}

/** The end of a run's output; its last line counts: "N passed, N failed, N skipped". */
export function renderSummary({ passed, failed, skipped, skippedNames, shakyFiles }: Summary): string {
  const names = list("Skipped", skippedNames) + list("Passed only the second time", shakyFiles);
  return `${names}\n${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}

/** Reads what `renderSummary` wrote at the end of an output; undefined where the last line does not count. */
export function parseSummary(text: string): Summary | undefined {
  const [, passed, failed, skipped] = /(?:^|\n)(\d+) passed, (\d+) failed, (\d+) skipped\n?$/.exec(text) ??
    [];
  if (passed === undefined) return undefined;
  return {
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(skipped),
    skippedNames: listed("Skipped", text),
    shakyFiles: listed("Passed only the second time", text),
  };
}

function list(title: string, names: readonly string[]): string {
  return names.length > 0 ? `\n${title}:\n  ${names.join("\n  ")}\n` : "";
}

function listed(title: string, text: string): string[] {
  const start = text.lastIndexOf(`${title}:\n`);
  const block = start < 0 ? "" : /^(?: {2}.+\n)+/.exec(text.slice(start + title.length + 2))?.[0] ?? "";
  return block.split("\n").map((it) => it.trim()).filter((it) => it !== "");
}
