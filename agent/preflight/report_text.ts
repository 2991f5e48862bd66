import type { CheckStatus, PreflightReport } from "./check.ts";

const ORDER: Record<CheckStatus, number> = { fail: 0, error: 1, warn: 2, skipped: 3, pass: 4 };

/** A report as plain text, problems first. */
export function reportText(report: PreflightReport): string {
  const lines: string[] = [];
  for (const it of [...report.results].sort((a, b) => ORDER[a.status] - ORDER[b.status])) {
    lines.push(`${it.status.padEnd(8)}${it.id.padEnd(19)}${it.title}: ${printable(it.found)}`);
    if (it.status === "fail" || it.status === "warn" || it.status === "error") {
      lines.push(
        `${"".padEnd(27)}expected: ${printable(it.expected)}`,
        `${"".padEnd(27)}what to do: ${printable(it.remediation)}`,
      );
    }
  }
  const count = (status: CheckStatus) => report.results.filter((it) => it.status === status).length;
  lines.push(
    "",
    `${report.results.length} checks: ${count("fail")} failed, ${count("error")} could not be done, ${
      count("warn")
    } warnings, ${count("skipped")} skipped, ${count("pass")} passed`,
  );
  return `${lines.join("\n")}\n`;
}

/** Findings quote files and servers; their control characters must not steer the terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is being taken out
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ");
}
