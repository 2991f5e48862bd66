import { judge, type Row, type Spread } from "./section.ts";

/** One section as a table for people. */
export function renderTable(title: string, rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const { ok } = judge(row);
    const ratio = row.floor === undefined ? "" : (row.agent.median / row.floor.median).toFixed(2);
    const verdict = ok === undefined ? "" : ok ? "kept" : "MISSED";
    return [
      row.name,
      row.unit,
      spreadText(row.agent),
      row.floor ? spreadText(row.floor) : "",
      ratio,
      budgetText(row),
      verdict,
    ];
  });
  const all = [
    [title, "", "agent min / median / max", "floor min / median / max", "ratio", "budget", ""],
    ...cells,
  ];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((it) => [...(it[i] ?? "")].length))) ?? [];
  const line = (it: readonly string[]) =>
    it.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd();
  return [line(all[0] ?? []), widths.map((it) => "-".repeat(it)).join("  "), ...cells.map(line), ""].join(
    "\n",
  );
}

function spreadText({ min, median, max }: Spread): string {
  return min === max ? short(median) : `${short(min)} / ${short(median)} / ${short(max)}`;
}

function short(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function budgetText({ unit, budget }: Row): string {
  if (budget === undefined) return "";
  const sign = budget.bound === "atMost" ? "≤" : "≥";
  switch (budget.kind) {
    case "ratio":
      return `${sign} ${budget.limit} × floor`;
    case "difference":
      return `${sign} floor + ${budget.limit} ${unit}`;
    case "value":
      return `${sign} ${budget.limit} ${unit}`;
  }
}
