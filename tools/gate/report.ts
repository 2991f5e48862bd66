import { renderSummary } from "../summary.ts";
import type { Outcome } from "./part.ts";

/**
 * The end of the gate: a table of its parts, what needs a look, what failed and why, and the closing line. Who has only the end of
 * a long output has what it takes to go on.
 */
export function renderReport(outcomes: readonly Outcome[], durationMs: number): string {
  const rows = [
    ["part", "result", "took", "limit", "tries"],
    ...outcomes.map(({ part, status, durationMs, tries }) => [
      part.name,
      status,
      clock(durationMs),
      `${part.limitMin} min`,
      `${tries}`,
    ]),
    ["whole gate", "", clock(durationMs), "", ""],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) =>
    row.map((it, column) => it.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  );
  const notes = outcomes.flatMap((
    { part, status, reason, failures = "", shakyFiles, tries, leftRunning },
  ) => [
    ...(status === "failed" ? [`Failed: ${part.name}: ${reason}`] : []),
    ...(shakyFiles.length > 0 ? [`Passed only the second time: ${part.name}: ${shakyFiles.join(", ")}`] : []),
    ...(failures !== "" ? [failures.replaceAll(/^(?=.)/gm, "  ")] : []),
    ...(tries > 1 ? [`Second try: ${part.name} was tried ${tries} times`] : []),
    ...leftRunning.map((it) => `Left running by ${part.name} and ended: ${it}`),
  ]);
  const sum = (pick: (it: Outcome) => number) => outcomes.reduce((total, it) => total + pick(it), 0);
  const end = renderSummary({
    passed: sum((it) => it.passed),
    failed: sum((it) => it.failed),
    skipped: sum((it) => it.skipped),
    skippedNames: outcomes.flatMap((it) =>
      it.status === "skipped" ? [`${it.part.name}: ${it.reason}`] : it.skippedNames
    ),
    shakyFiles: [],
  });
  return `\n${[...table, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n")}\n${end}`;
}

/** The exit code of the gate: 0 only if something passed and nothing failed. */
export function exitCode(outcomes: readonly Outcome[]): 0 | 1 {
  return outcomes.some((it) => it.failed > 0) || !outcomes.some((it) => it.passed > 0) ? 1 : 0;
}

/** Minutes and seconds, as in 2:07. */
function clock(ms: number): string {
  const sec = Math.round(ms / 1000);
  return `${Math.floor(sec / 60)}:${`${sec % 60}`.padStart(2, "0")}`;
}
