import type { PlannedStep } from "../operation/operation.ts";

/** What each step would change, object by object. */
export function planLines(steps: readonly PlannedStep[]): string[] {
  return steps.flatMap(({ title, changes }) => [
    title,
    ...(changes === undefined ? ["  can only be told when it begins"] : changes.map((it) => {
      const what = it.field === "" ? it.object : `${it.object}: ${it.field}`;
      return `  ${what}: ${it.from ?? "–"} → ${it.to ?? "removed"}`;
    })),
  ]);
}
