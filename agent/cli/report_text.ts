import { type CheckStatus, type PreflightReport, VANTAGE_WORDS } from "../preflight/mod.ts";
import { type Layout, printable, printLine } from "../text/printable.ts";

const ORDER: Record<CheckStatus, number> = { fail: 0, error: 1, warn: 2, skipped: 3, pass: 4 };

/** Where the findings begin in a line. */
const INDENT = 28;

/** A report as plain text, problems first. */
export function reportText(
  report: PreflightReport,
  layout: Pick<Layout, "columns"> = { columns: undefined },
): string {
  const lines: string[] = [];
  for (const it of [...report.results].sort((a, b) => ORDER[a.status] - ORDER[b.status])) {
    lines.push(`${it.status.padEnd(8)}${it.id.padEnd(INDENT - 8)}${it.title}: ${printable(it.found)}`);
    if (it.status === "fail" || it.status === "warn" || it.status === "error") {
      lines.push(
        `${"".padEnd(INDENT)}expected: ${printable(it.expected)}`,
        `${"".padEnd(INDENT)}needed by: ${VANTAGE_WORDS[it.vantage]}`,
        `${"".padEnd(INDENT)}what to do: ${printable(it.remediation)}`,
      );
    }
  }
  const count = (status: CheckStatus) => report.results.filter((it) => it.status === status).length;
  lines.push(
    "",
    `${counted(report.results.length, "check")}: ${count("fail")} failed, ${
      count("error")
    } could not be done, ${counted(count("warn"), "warning")}, ${count("skipped")} skipped, ${
      count("pass")
    } passed`,
  );
  return `${lines.map((it) => printLine(it, INDENT, layout)).join("\n")}\n`;
}

/** "1 check", "2 checks" */
function counted(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}
